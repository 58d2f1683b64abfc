import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { http } from "./http";
import type { Answers, EditReading, NewRule, Rule, RuleDetail } from "./types";

const rulePath = (id: string) => `/v1/rules/${encodeURIComponent(id)}`;

export const rulesQuery = queryOptions({
  queryKey: ["rules"],
  queryFn: ({ signal }) => http.get<{ items: Rule[] }>("/v1/rules", signal),
});

export const ruleQuery = (id: string) =>
  queryOptions({
    queryKey: ["rule", id],
    queryFn: ({ signal }) => http.get<RuleDetail>(rulePath(id), signal),
  });

export const readingQuery = (sentence: string, answers: Answers) =>
  queryOptions({
    queryKey: ["reading", sentence, answers],
    queryFn: ({ signal }) => http.post<EditReading>("/v1/rules/read", { sentence, answers }, signal),
    enabled: sentence.trim() !== "",
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  });

/** The same for a sentence that a rule is to say instead, with who would gain and who would lose. */
export const editReadingQuery = (id: string, sentence: string, answers: Answers) =>
  queryOptions({
    queryKey: ["reading", sentence, answers, id],
    queryFn: ({ signal }) => http.post<EditReading>(`${rulePath(id)}/read`, { sentence, answers }, signal),
    enabled: sentence.trim() !== "",
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  });

export const addRule = (rule: NewRule) => http.post<Rule>("/v1/rules", rule);
export const editRule = (id: string, rule: NewRule) => http.put<Rule>(rulePath(id), rule);
export const switchRule = (id: string, on: boolean) => http.patch<Rule>(rulePath(id), { on });
export const removeRule = (id: string) => http.remove<unknown>(rulePath(id));
