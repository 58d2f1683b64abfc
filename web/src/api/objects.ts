import { queryOptions } from "@tanstack/react-query";
import { http } from "./http";
import type { FieldChange, FieldDraft, Member, ObjectChange, ObjectDraft, ObjectType } from "./types";

const at = (...parts: string[]) => ["/v1/objects", ...parts.map(encodeURIComponent)].join("/");

export const objectsQuery = queryOptions({
  queryKey: ["objects"],
  queryFn: ({ signal }) => http.get<{ items: ObjectType[] }>("/v1/objects", signal),
  staleTime: 60_000, // the live stream says when they change, but not when the reader's role does
});

export const addObject = (body: ObjectDraft) => http.post<ObjectType>("/v1/objects", body);
export const changeObject = (object: string, body: ObjectChange) => http.patch<ObjectType>(at(object), body);
export const addField = (object: string, body: FieldDraft) => http.post<ObjectType>(at(object, "fields"), body);
export const changeField = (object: string, field: string, body: FieldChange) => http.patch<ObjectType>(at(object, "fields", field), body);

export const membersQuery = queryOptions({
  queryKey: ["members"],
  queryFn: ({ signal }) => http.get<{ items: Member[] }>("/v1/members", signal),
});
