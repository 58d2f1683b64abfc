import { queryOptions } from "@tanstack/react-query";
import { http } from "./http";
import type { Conversion, ConversionDraft, FieldChange, FieldDraft, Member, ObjectChange, ObjectDraft, ObjectType, Job, TriedFormula } from "./types";

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

/** What a formula means and comes to, as it stands; what is wrong with it is the error. */
export const formulaQuery = (object: string, formula: string) =>
  queryOptions({
    queryKey: ["formula", object, formula],
    queryFn: ({ signal }) => http.post<TriedFormula>(at(object, "formula"), { formula }, signal),
    retry: false,
  });
export const conversionQuery = (object: string, field: string, body: ConversionDraft) =>
  queryOptions({
    queryKey: ["conversion", object, field, body],
    queryFn: ({ signal }) => http.post<Conversion>(at(object, "fields", field, "conversion", "preview"), body, signal),
    retry: false,
    gcTime: 0,
  });
export const convertField = (object: string, field: string, body: ConversionDraft) => http.post<Job>(at(object, "fields", field, "conversion"), body);
export const tagsQuery = (object: string, field: string, typed: string) =>
  queryOptions({
    queryKey: ["tags", object, field, typed],
    queryFn: ({ signal }) => http.get<{ items: string[] }>(`${at(object, "fields", field, "tags")}?q=${encodeURIComponent(typed)}`, signal),
  });

export const membersQuery = queryOptions({
  queryKey: ["members"],
  queryFn: ({ signal }) => http.get<{ items: Member[] }>("/v1/members", signal),
});
