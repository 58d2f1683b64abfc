import { queryOptions } from "@tanstack/react-query";
import { http } from "./http";
import type { Account, Mail, MailDraft, Passkey, Provider, ProviderDraft, ProviderPage, Session, SignInSettings } from "./types";

type Options = { options: Record<string, unknown> };

export const accountQuery = queryOptions({
  queryKey: ["account"],
  queryFn: ({ signal }) => http.get<Account>("/v1/account", signal),
});

export const beginPasskey = (password: string) => http.post<Options>("/v1/account/passkeys/begin", { password });
export const addPasskey = (body: { name: string; credential: unknown }) => http.post<Passkey>("/v1/account/passkeys", body);
export const removePasskey = (id: string) => http.remove<unknown>(`/v1/account/passkeys/${encodeURIComponent(id)}`);

export const beginPasskeySignIn = () => http.post<Options>("/v1/session/passkey/begin");
export const signInWithPasskey = (credential: unknown) => http.post<Session>("/v1/session/passkey", { credential });

export const beginAuthenticator = (password: string) => http.post<{ secret: string; uri: string }>("/v1/account/authenticator/begin", { password });
export const confirmAuthenticator = (code: string) => http.post<{ codes: string[] }>("/v1/account/authenticator", { code });
export type Proof = { password: string } | { code: string };
export const removeAuthenticator = (proof: Proof) => http.post<unknown>("/v1/account/authenticator/remove", proof);
export const renewRecoveryCodes = (proof: Proof) => http.post<{ codes: string[] }>("/v1/account/recovery-codes", proof);
export const signInWithCode = (body: { token: string; code: string }) => http.post<Session>("/v1/session/code", body);
export const resetSecondFactor = (person: string) => http.remove<unknown>(`/v1/people/${encodeURIComponent(person)}/second-factor`);

export const signInSettingsQuery = queryOptions({
  queryKey: ["sign-in-settings"],
  queryFn: ({ signal }) => http.get<SignInSettings>("/v1/sign-in-settings", signal),
});
export const changeSignInSettings = (change: { address?: string; second_factor?: boolean }) => http.patch<SignInSettings>("/v1/sign-in-settings", change);

export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: ({ signal }) => http.get<ProviderPage>("/v1/providers", signal),
});
export const saveProvider = ({ id, draft }: { id: string | null; draft: ProviderDraft }) =>
  id === null ? http.post<Provider>("/v1/providers", draft) : http.put<Provider>(`/v1/providers/${encodeURIComponent(id)}`, draft);
export const removeProvider = (id: string) => http.remove<unknown>(`/v1/providers/${encodeURIComponent(id)}`);
export const departTo = (provider: string) => http.post<{ url: string }>("/v1/session/provider/begin", { provider });
export type Back = { state: string; code: string; iss: string; error: string };
export const arriveFrom = (back: Back) => http.post<Session>("/v1/session/provider", back);

export const mailQuery = queryOptions({
  queryKey: ["mail"],
  queryFn: ({ signal }) => http.get<{ mail: Mail | null }>("/v1/mail", signal),
});
export const setMail = (draft: MailDraft) => http.put<{ mail: Mail | null }>("/v1/mail", draft);
export const testMail = ({ to, language }: { to: string; language: string }) => http.post<unknown>(`/v1/mail/test?language=${language}`, { to });
