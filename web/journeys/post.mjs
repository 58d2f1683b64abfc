// A mail server on loopback: the real smtp-server, which takes letters of one account and keeps them.
import { once } from "node:events";
import { SMTPServer } from "smtp-server";

/** The words of a letter, as a mail program would show them. */
function words(raw) {
  const [head, ...rest] = raw.split("\r\n\r\n");
  const body = rest.join("\r\n\r\n");
  if (/^content-transfer-encoding: base64/im.test(head)) return Buffer.from(body, "base64").toString("utf8");
  if (!/^content-transfer-encoding: quoted-printable/im.test(head)) return body;
  const bytes = body.replaceAll("=\r\n", "").replaceAll(/=([\dA-F]{2})/g, (_, hex) => String.fromCodePoint(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** `startPost()`: what came is in `letters`, with whom it is to and what it says. */
export async function startPost() {
  const letters = [];
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _, done) => (username === "crm" && password === "hush" ? done(null, { user: username }) : done(new Error("wrong password"))),
    async onData(stream, session, done) {
      const chunks = [];
      for await (const chunk of stream) chunks.push(chunk);
      const text = words(Buffer.concat(chunks).toString("latin1"));
      for (const { address } of session.envelope.rcptTo) letters.push({ to: address, text });
      done();
    },
  });
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  let open = true;
  const stop = async () => {
    if (!open) return;
    open = false;
    await new Promise((closed) => server.close(closed));
  };
  return { port: listening.address().port, letters, stop };
}
