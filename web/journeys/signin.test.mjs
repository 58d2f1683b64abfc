// Signing in beyond the password: each way lets in whom it should, and nobody else.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser } from "./browser.mjs";
import { addDevice, email, password, setUp } from "./person.mjs";
import { startPost } from "./post.mjs";
import { startProvider, vouch } from "./provider.mjs";
import { choose } from "./select.mjs";
import { startServer } from "./server.mjs";
import { codeOf } from "./totp.mjs";
import { words } from "./words.mjs";


for (const language of ["zh", "en"]) {
  const w = words[language];
  const d = w.door;
  describe(`signing in, ${language}`, () => {
    let server;
    let base;
    let owner;
    let page;
    let step;
    let device;
    let guest;
    let member;
    let provider;
    let post;
    let secret;
    let codes;
    before(async () => {
      server = await startServer("serve");
      base = server.base.replace("127.0.0.1", "localhost"); // passkeys want a name, not a number
      owner = await openBrowser({ base, language, name: "signin", chained: true });
      ({ page, step } = owner);
    });
    after(async () => {
      process.stdout.write(`\nsigning in, ${language}\n${owner?.steps.join("\n")}\n`);
      await owner?.close();
      await guest?.close();
      await member?.close();
      await provider?.stop();
      await post?.stop();
      await server?.stop();
    });

    const dialog = () => page.getByRole("dialog");
    // A button that has just been busy may still carry the mark of it.
    const button = (name, of = page) => of.getByRole("button", { name: new RegExp(`^(loading )?${name}$`) }).click();
    const fill = (label, value, of = page) => of.getByLabel(label, { exact: true }).fill(value);
    const go = (path) => page.goto(`${base}${path}`);
    const inside = () => page.getByRole("link", { name: w.settings.open, exact: true }).first().waitFor();
    const leave = async () => {
      await page.context().clearCookies();
      await go("/sign-in");
      await page.getByLabel(w.setup.password, { exact: true }).waitFor();
    };

    it("makes the owner's account at a host name", () =>
      step("owner", async () => {
        await setUp(page, server, w);
      }));

    it("makes a passkey, with the password only", () =>
      step("passkey made", async () => {
        device = await addDevice(page);
        await go("/settings/account");
        await button(d.add_passkey);
        await fill(d.passkey_name, d.laptop, dialog());
        await fill(d.password, "not my password", dialog());
        await button(d.create, dialog());
        await dialog().getByRole("alert").waitFor();
        await fill(d.password, password, dialog());
        await button(d.create, dialog());
        await page.getByText(d.laptop, { exact: true }).waitFor();
        const { credentials } = await device.send("getCredentials");
        assert.deepEqual(credentials.map((one) => [one.isResidentCredential, one.rpId]), [[true, "localhost"]]);
      }));

    it("signs in with the passkey, without a name", () =>
      step("passkey", async () => {
        await leave();
        await button(d.with_passkey);
        await inside();
        await go("/settings/account");
        await page.getByText(d.laptop, { exact: true }).waitFor();
      }));

    it("lets nobody in whom the device does not know", () =>
      step("passkey refused", async () => {
        await leave();
        await device.send("setUserVerified", { isUserVerified: false });
        await button(d.with_passkey);
        await page.getByRole("alert").waitFor();
        await device.send("setUserVerified", { isUserVerified: true });
        assert.match(page.url(), /sign-in/);
        await button(d.with_passkey);
        await inside();
      }));

    it("refuses a passkey that was removed", () =>
      step("passkey removed", async () => {
        await go("/settings/account");
        await button(`${d.remove} ${d.laptop}`);
        await button(d.remove, dialog());
        await page.getByText(d.no_passkeys, { exact: true }).waitFor();
        await leave();
        await button(d.with_passkey);
        await page.getByRole("alert").filter({ hasText: d.passkey_refused }).waitFor();
        await device.send("clearCredentials");
        await fill(w.setup.email, email);
        await fill(w.setup.password, password);
        await button(w.sign_in.submit);
        await inside();
      }));

    it("writes down the workspace's address", () =>
      step("address", async () => {
        await page.goto(`${base}/settings/sign-in`);
        await fill(d.address, "http://crm.example.com");
        await button(d.save_address);
        await page.getByRole("alert").waitFor();
        await fill(d.address, base);
        await button(d.save_address);
        await page.getByText(d.address_saved).waitFor();
      }));

    it("asks for a code after the password once an app is set up", () =>
      step("authenticator", async () => {
        await page.goto(`${base}/settings/account`);
        await button(d.add_app);
        await fill(d.password, password, dialog());
        await button(d.next, dialog());
        await dialog().getByRole("img", { name: d.picture }).waitFor();
        secret = await dialog().getByTitle(d.secret, { exact: true }).innerText();
        await page.screenshot({ path: `${import.meta.dirname}/out/signin-qr-${language}.png` });
        await fill(d.digits, "000000", dialog());
        await button(d.turn_on, dialog());
        await dialog().getByRole("alert").waitFor();
        await fill(d.digits, codeOf(secret, -1), dialog());
        await button(d.turn_on, dialog());
        codes = (await dialog().getByText(/^[a-z0-9]{4}(-[a-z0-9]{4}){3}/).innerText()).split("\n");
        assert.equal(codes.length, 10);
        await button(w.settings.saved, dialog());
        await page.getByText(d.app_on, { exact: true }).waitFor();
      }));

    it("lets nobody in with the password alone, nor with a code twice", () =>
      step("code", async () => {
        const first = async () => {
          await leave();
          await fill(w.setup.email, email);
          await fill(w.setup.password, password);
          await button(w.sign_in.submit);
          await page.getByRole("heading", { name: d.code_title }).waitFor();
        };
        await first();
        assert.equal((await page.context().cookies()).length, 0, "no session before the code");
        const code = codeOf(secret, 0);
        await fill(d.code, code);
        await button(d.verify);
        await inside();
        await first();
        await fill(d.code, code);
        await button(d.verify);
        await page.getByRole("alert").waitFor();
        await fill(d.code, codes[0]);
        await page.getByLabel(d.code, { exact: true }).press("Enter");
        await inside();
      }));

    it("wants a second factor of everyone, and one who has none sets one up", () =>
      step("everyone", async () => {
        await page.goto(`${base}/settings/sign-in`);
        await page.getByRole("switch", { name: d.everyone }).click();
        await page.getByRole("switch", { name: d.everyone, checked: true }).waitFor();
        await page.goto(`${base}/settings/people`);
        await button(w.settings.invite);
        await fill(w.setup.email, "lilei@example.com", dialog());
        await choose(dialog().getByLabel(w.settings.role, { exact: true }), w.settings.reader);
        await dialog().getByRole("button", { name: w.settings.link }).click();
        const link = await dialog().getByText(/\/join\?token=/).innerText();
        await button(w.settings.saved);
        guest = await openBrowser({ base, language, name: "signin-guest", chained: true });
        const theirs = guest.page;
        await theirs.goto(link);
        await fill(w.setup.name, "李雷", theirs);
        await fill(w.setup.password, password, theirs);
        await button(w.settings.join, theirs);
        await theirs.getByRole("heading", { name: d.wanted }).waitFor();
        await theirs.screenshot({ path: `${import.meta.dirname}/out/signin-wanted-${language}.png` });
        await theirs.goto(`${base}/customers`);
        await button(d.add_app, theirs);
        await fill(d.password, password, theirs.getByRole("dialog"));
        await button(d.next, theirs.getByRole("dialog"));
        const theirSecret = await theirs.getByTitle(d.secret, { exact: true }).innerText();
        await fill(d.digits, codeOf(theirSecret, 0), theirs.getByRole("dialog"));
        await button(d.turn_on, theirs.getByRole("dialog"));
        await button(w.settings.saved, theirs.getByRole("dialog"));
        await theirs.getByRole("link", { name: d.go_on }).click();
        await theirs.getByRole("heading", { name: w.empty.customers }).waitFor();
        await page.reload();
        await button(`${d.reset} 李雷`);
        await button(d.reset, dialog());
        await theirs.waitForURL(/\/sign-in/);
        await page.goto(`${base}/settings/sign-in`);
        await page.getByRole("switch", { name: d.everyone }).click();
        await page.getByRole("switch", { name: d.everyone, checked: false }).waitFor();
      }));

    it("signs in by way of an identity provider, who is invited with their role", () =>
      step("provider", async () => {
        provider = await startProvider(`${base}/sign-in/callback`);
        await page.goto(`${base}/settings/people`);
        await button(w.settings.invite);
        await fill(w.setup.email, "wangfang@example.com", dialog());
        await choose(dialog().getByLabel(w.settings.role, { exact: true }), w.settings.owner_role);
        await dialog().getByRole("button", { name: w.settings.link }).click();
        await button(w.settings.saved);
        await page.goto(`${base}/settings/sign-in`);
        await button(d.add_provider);
        await fill(d.shown_as, d.company_account, dialog());
        await fill(d.issuer, "http://127.0.0.1:9", dialog());
        await fill(d.client, provider.client, dialog());
        await fill(d.client_secret, provider.secret, dialog());
        await button(w.settings.save, dialog());
        await dialog().getByRole("alert").waitFor();
        await fill(d.issuer, provider.issuer, dialog());
        await button(w.settings.save, dialog());
        await page.getByText(d.company_account, { exact: true }).waitFor();
        await page.screenshot({ path: `${import.meta.dirname}/out/signin-settings-${language}.png`, fullPage: true });
        member = await openBrowser({ base, language, name: "signin-member", chained: true });
        const theirs = member.page;
        await theirs.goto(`${base}/o/deal`);
        await theirs.getByRole("button", { name: d.by_company, exact: true }).click();
        await vouch(theirs, "wangfang@example.com");
        await theirs.waitForURL(`${base}/o/deal`);
        await theirs.goto(`${base}/settings/account`);
        await theirs.getByText(w.settings.owner_role, { exact: true }).waitFor();
        await theirs.getByText("wangfang@example.com", { exact: true }).waitFor();
      }));

    it("lets in nobody else whom the provider knows", () =>
      step("provider refused", async () => {
        const theirs = member.page;
        const come = async (login) => {
          await theirs.context().clearCookies();
          await theirs.goto(`${base}/sign-in`);
          await theirs.getByRole("button", { name: d.by_company, exact: true }).click();
          await vouch(theirs, login);
          await theirs.getByRole("heading", { name: d.not_signed_in }).waitFor();
        };
        await come("stranger@example.com");
        await theirs.getByText(d.not_member).waitFor();
        await come("unverified+owner@example.com");
        await theirs.getByText(d.not_verified).waitFor();
        await theirs.goto(`${base}/sign-in/callback?code=made-up&state=made-up`);
        await theirs.getByText(d.stale).waitFor();
        assert.equal((await theirs.context().cookies(base)).filter((cookie) => cookie.name === "jw_session").length, 0);
        await provider.stop();
        await theirs.goto(`${base}/sign-in`);
        await theirs.getByRole("button", { name: d.by_company, exact: true }).click();
        await theirs.getByRole("alert").filter({ hasText: d.away }).waitFor();
      }));

    it("sends an invitation by letter, whose link works", () =>
      step("letter", async () => {
        post = await startPost();
        await page.goto(`${base}/settings/mail`);
        await fill(d.mail_host, "127.0.0.1");
        await choose(page.getByLabel(d.encryption, { exact: true }), d.no_encryption);
        await fill(d.port, String(post.port));
        await fill(d.mail_user, "crm");
        await fill(d.mail_password, "hush");
        await fill(d.sender, "Jingwei <crm@example.com>");
        await button(w.settings.save);
        await page.getByText(d.mail_saved).waitFor();
        await button(d.send);
        await page.getByText(d.mail_taken).waitFor();
        await page.screenshot({ path: `${import.meta.dirname}/out/signin-mail-${language}.png`, fullPage: true });
        await page.goto(`${base}/settings/people`);
        await button(w.settings.invite);
        await fill(w.setup.email, "zhaolei@example.com", dialog());
        await choose(dialog().getByLabel(w.settings.role, { exact: true }), w.settings.reader);
        await button(d.send_invitation, dialog());
        await dialog().getByText(d.letter_taken).waitFor();
        await button(w.settings.saved);
        const letter = post.letters.find((one) => one.to === "zhaolei@example.com");
        assert.match(letter.text, d.letter_says);
        const theirs = member.page;
        await theirs.context().clearCookies();
        await theirs.goto(/http\S+\/join\?token=\S+/.exec(letter.text)[0]);
        await fill(w.setup.name, "赵雷", theirs);
        await fill(w.setup.password, password, theirs);
        await button(w.settings.join, theirs);
        await theirs.getByRole("heading", { name: w.empty.customers }).waitFor();
        await post.stop();
        await page.goto(`${base}/settings/people`);
        await button(w.settings.invite);
        await fill(w.setup.email, "sunli@example.com", dialog());
        await choose(dialog().getByLabel(w.settings.role, { exact: true }), w.settings.reader);
        await button(d.send_invitation, dialog());
        await dialog().getByText(d.letter_not).waitFor();
        await dialog().getByText(/\/join\?token=/).waitFor();
        await button(w.settings.saved);
      }));

    it("turns the app off with a recovery code", () =>
      step("authenticator off", async () => {
        await page.goto(`${base}/settings/account`);
        await button(d.off);
        await fill(d.any_code, codes[1], dialog());
        await button(d.confirm, dialog());
        await page.getByText(d.app_off, { exact: true }).waitFor();
      }));

    it("writes nothing wrong to the console", () => {
      assert.ok(owner.wrongs.every((wrong) => / 4(01|22) /.test(wrong)), owner.wrongs.join("\n"));
    });
  });
}
