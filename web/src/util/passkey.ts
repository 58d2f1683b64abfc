// Passkeys in the browser: what the server sends as base64url becomes bytes, and what the device answers becomes base64url again.
// (Browsers of the last two years do this themselves; older ones that know passkeys do not.)

type Json = Record<string, unknown>;
type Described = { id: string; type: string; transports?: string[] };

/** Bytes of a base64url text. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.codePointAt(0) ?? 0);
}

/** Base64url of bytes, without padding. */
export function base64url(buffer: ArrayBuffer): string {
  const plain = String.fromCodePoint(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const descriptors = (list: unknown) => ((list as Described[] | undefined) ?? []).map((one) => ({ ...one, id: bytes(one.id) })) as PublicKeyCredentialDescriptor[];

const head = (made: PublicKeyCredential) => ({
  id: made.id,
  rawId: base64url(made.rawId),
  type: made.type,
  clientExtensionResults: made.getClientExtensionResults(),
  ...(made.authenticatorAttachment === null ? {} : { authenticatorAttachment: made.authenticatorAttachment }),
});

/** Whether passkeys can be used by this browser at this address. */
export const canPasskey = () => window.isSecureContext && "PublicKeyCredential" in window && !/^[\d.]+$|^\[/.test(window.location.hostname);

/** Has the device make a passkey; throws when it, or its owner, does not. */
export async function makePasskey(options: Json): Promise<Json> {
  const user = options.user as { id: string; name: string; displayName: string };
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge as string),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: descriptors(options.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return {
    ...head(made),
    response: { clientDataJSON: base64url(response.clientDataJSON), attestationObject: base64url(response.attestationObject), transports: response.getTransports() },
  };
}

/** Has the device show one of its passkeys; throws when it, or its owner, does not. */
export async function showPasskey(options: Json): Promise<Json> {
  const publicKey = { ...options, challenge: bytes(options.challenge as string), allowCredentials: descriptors(options.allowCredentials) } as PublicKeyCredentialRequestOptions;
  const shown = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  const response = shown.response as AuthenticatorAssertionResponse;
  return {
    ...head(shown),
    response: {
      clientDataJSON: base64url(response.clientDataJSON),
      authenticatorData: base64url(response.authenticatorData),
      signature: base64url(response.signature),
      ...(response.userHandle === null ? {} : { userHandle: base64url(response.userHandle) }),
    },
  };
}
