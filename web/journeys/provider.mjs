// An identity provider on loopback: the real oidc-provider, in which whoever comes is who they say.
import { createServer } from "node:http";
import { once } from "node:events";
import { Provider } from "oidc-provider";

const secret = "a-secret-of-the-provider-that-is-long";

const account = (id) => ({
  accountId: id,
  claims: () => ({ sub: id, email: id.replace(/^unverified\+/, ""), email_verified: !id.startsWith("unverified+"), name: id.split("@")[0] }),
});

/** `startProvider("http://localhost:7080/sign-in/callback")`. A login that begins with `unverified+` has an address that nobody has verified. */
export async function startProvider(redirect) {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: "jingwei", client_secret: secret, redirect_uris: [redirect], grant_types: ["authorization_code"], response_types: ["code"] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    findAccount: (_, id) => account(id),
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
    cookies: { keys: ["a key for cookies"] },
    // Whoever signs in agrees.
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
  });
  server.on("request", provider.callback());
  const stop = async () => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { issuer, client: "jingwei", secret, stop };
}

/** Says at the provider who one is. */
export async function vouch(page, login) {
  await page.locator("input[name=login]").fill(login);
  await page.locator("input[name=password]").fill("any");
  await page.locator("button[type=submit]").click();
}
