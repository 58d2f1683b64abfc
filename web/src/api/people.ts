import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { http, query } from "./http";
import type { RoleAccess, ApiKey, AuditLine, Invitation, Invited, NewApiKey, NewInvitation, OpenSession, Page, Person, PersonChange, Role, RolePage, Session, Team, TeamDraft } from "./types";

const at = (path: string, id: string) => `${path}/${encodeURIComponent(id)}`;
const list = <T>(key: string, path: string) =>
  queryOptions({ queryKey: [key], queryFn: ({ signal }) => http.get<{ items: T[] }>(path, signal) });

export const peopleQuery = list<Person>("people", "/v1/people");
export const changePerson = (id: string, change: PersonChange) => http.patch<Person>(at("/v1/people", id), change);

export const seeAs = (id: string) => http.post<unknown>(`${at("/v1/people", id)}/see-as`);
export const seeAsOneself = () => http.remove<unknown>("/v1/see-as");

export const teamsQuery = list<Team>("teams", "/v1/teams");
export const addTeam = (body: TeamDraft) => http.post<Team>("/v1/teams", body);
export const changeTeam = (id: string, body: TeamDraft) => http.put<Team>(at("/v1/teams", id), body);
export const removeTeam = (id: string) => http.remove<unknown>(at("/v1/teams", id));

export const invitationsQuery = queryOptions({
  queryKey: ["invitations"],
  queryFn: ({ signal }) => http.get<{ items: Invitation[]; letters: boolean }>("/v1/invitations", signal),
});
export const addInvitation = (body: { email: string; role: string; language: string }) => http.post<NewInvitation>("/v1/invitations", body);
export const removeInvitation = (id: string) => http.remove<unknown>(at("/v1/invitations", id));

export const offerQuery = (token: string) =>
  queryOptions({
    queryKey: ["offer", token],
    queryFn: ({ signal }) => http.post<Invited>("/v1/join/offer", { token }, signal),
    staleTime: Infinity,
    retry: false,
  });
export const join = (body: { token: string; name: string; password: string }) => http.post<Session>("/v1/join", body);

export const rolesQuery = queryOptions({
  queryKey: ["roles"],
  queryFn: ({ signal }) => http.get<RolePage>("/v1/roles", signal),
});
export type RoleDraft = { name: string; rights: string[]; records: RoleAccess };
export const addRole = (body: RoleDraft) => http.post<Role>("/v1/roles", body);
export const changeRole = (id: string, body: RoleDraft) => http.put<Role>(at("/v1/roles", id), body);
export const removeRole = (id: string) => http.remove<unknown>(at("/v1/roles", id));

export const apiKeysQuery = list<ApiKey>("api-keys", "/v1/api-keys");
export const addApiKey = (body: { name: string; role: string }) => http.post<NewApiKey>("/v1/api-keys", body);
export const removeApiKey = (id: string) => http.remove<unknown>(at("/v1/api-keys", id));

export const auditQuery = (actor: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ["audit", actor],
    queryFn: ({ pageParam, signal }) => http.get<Page<AuditLine>>(`/v1/audit${query({ actor, cursor: pageParam, limit: 100 })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    staleTime: 0,
  });

export const openSessionsQuery = list<OpenSession>("sessions", "/v1/sessions");
export const endSession = (id: string) => http.remove<unknown>(at("/v1/sessions", id));
export const changePassword = (body: { old: string; new: string }) => http.put<unknown>("/v1/password", body);
