// What people do in one journey after another: begin a workspace, find things by what they are called, make fields, let colleagues in.
import assert from "node:assert/strict";
import { choose } from "./select.mjs";

export const password = "correct horse battery";
export const email = "owner@example.com";

/** What someone does on a page, by what they read there. `at` gives the page, which need not be open yet. */
export function hands(at) {
  const labelled = (name, within = at()) => within.getByLabel(name, { exact: true });
  const button = (name, within = at()) => within.getByRole("button", { name, exact: true }).click();
  const go = (name) => at().getByRole("navigation").getByRole("link", { name, exact: true }).click();
  const dialog = () => at().getByRole("dialog");
  const grid = () => at().getByRole("grid");
  /** The records in the list, or those whose names are like this. */
  const titles = (like) => grid().getByRole("gridcell").getByRole("button").filter({ visible: true, ...(like === undefined ? {} : { hasText: like }) });
  async function closePanel() {
    await at().locator(".ant-drawer-close").click();
    await dialog().waitFor({ state: "detached" });
  }
  return { labelled, button, go, dialog, grid, titles, closePanel };
}

/** Makes the owner's account from the setup link that the server printed. */
export async function setUp(page, server, w) {
  await page.goto(/\/setup\?token=\S+/.exec(server.printed())[0]);
  for (const [name, value] of [["company", w.company], ["name", w.owner], ["email", email], ["password", password]]) await page.getByLabel(w.setup[name], { exact: true }).fill(value);
  await page.getByRole("button", { name: w.setup.submit, exact: true }).click();
  await page.getByRole("heading", { name: w.empty.customers }).waitFor();
}

/** Signs in with the password. */
export async function signIn(page, w, as) {
  await page.goto("/sign-in");
  await page.getByLabel(w.setup.email, { exact: true }).fill(as);
  await page.getByLabel(w.setup.password, { exact: true }).fill(password);
  await page.getByRole("button", { name: w.sign_in.submit, exact: true }).click();
}

/** Asks the API as whoever a page is signed in as. */
export async function ask(page, method, path, data) {
  const answer = await page.request.fetch(path, { method, headers: { "x-jingwei": "1" }, ...(data === undefined ? {} : { data }) });
  assert.equal(answer.status(), 200, await answer.text());
  return answer.json();
}

/** A role by what it is called in a language. */
export async function roleNamed(page, language, name) {
  const { items } = await ask(page, "GET", "/v1/roles");
  return items.find((role) => role.name[language] === name);
}

/** Invites a colleague, who joins; on a page of theirs, where there is one, they are signed in then. Gives their id. */
export async function join(page, server, { as, name, role }, theirs) {
  const { token } = await ask(page, "POST", "/v1/invitations", { email: as, role });
  const data = { token, name, password };
  if (theirs) return (await ask(theirs, "POST", "/v1/join", data)).user.id;
  const joined = await fetch(`${server.base}/v1/join`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(data) });
  assert.equal(joined.status, 200);
  return (await joined.json()).user.id;
}

/** Makes an object in the settings and stays on its page. */
export async function makeObject(page, w, name) {
  const { button, dialog, go, labelled } = hands(() => page);
  await go(w.settings.open);
  await go(w.settings.objects);
  await button(w.settings.new_object);
  await labelled(w.settings.name, dialog()).fill(name);
  await button(w.settings.create, dialog());
  await page.waitForURL(/\/settings\/objects\/\w+/);
}

/** Makes a field on the page of its object; `more` fills in what its type wants besides. */
export async function addField(page, w, name, type, more = async () => undefined) {
  const { button, dialog, labelled } = hands(() => page);
  await button(w.settings.new_field);
  await labelled(w.settings.name, dialog()).fill(name);
  await choose(labelled(w.settings.type, dialog()), type, true);
  await more();
  await button(w.settings.create_field, dialog());
  await page.getByRole("rowheader", { name, exact: true }).waitFor();
}

/** Fills in the choices of a field that is being made. */
export async function fillChoices(page, w, choices) {
  for (const [place, choice] of choices.entries()) {
    const box = page.getByRole("dialog").getByLabel(w.records.choice(place + 1), { exact: true });
    if (place > 1) await page.getByRole("dialog").getByRole("button", { name: w.records.add_choice, exact: true }).click();
    await box.fill(choice);
  }
}

/** A device that holds passkeys and says yes by itself. */
export async function addDevice(page) {
  const device = await page.context().newCDPSession(page);
  await device.send("WebAuthn.enable");
  const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
  const { authenticatorId } = await device.send("WebAuthn.addVirtualAuthenticator", { options });
  return { send: (method, more = {}) => device.send(`WebAuthn.${method}`, { authenticatorId, ...more }) };
}
