// One place that speaks HTTP: same origin, session cookie, and problems turned into errors that carry both languages.
import type { ApiProblem, Text } from "./types";

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly text: Text;
  readonly field: string | null;

  constructor(status: number, problem: ApiProblem) {
    super(problem.code);
    this.name = "ApiError";
    this.status = status;
    this.code = problem.code;
    this.text = problem.message;
    this.field = problem.field;
  }
}

export const unreachable: ApiProblem = {
  code: "unreachable",
  message: { zh: "连不上服务器，请检查网络后再试。", en: "The server cannot be reached. Check the network and try again." },
  field: null,
};

function isProblem(body: unknown): body is ApiProblem {
  return typeof body === "object" && body !== null && "code" in body && "message" in body;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What an answer of an error says. */
export function problemOfText(status: number, text: string): ApiProblem {
  const body = json(text);
  if (isProblem(body)) return body;
  const message = {
    zh: `服务器没能完成这个请求（${status}），请稍后再试。`,
    en: `The server could not complete this request (${status}). Try again in a moment.`,
  };
  return { code: `http_${status}`, message, field: null };
}

async function answered(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (method !== "GET") headers["x-jingwei"] = "1";
  if (body !== undefined) headers["content-type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: "same-origin",
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError(0, unreachable);
  }
  if (!response.ok) throw new ApiError(response.status, problemOfText(response.status, await response.text().catch(() => "")));
  return response;
}

async function send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await answered(method, path, body, signal);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text === "" ? {} : JSON.parse(text)) as T;
}

/** `query({q: "张", cursor: null})` is "?q=%E5%BC%A0"; empty values are left out. */
export function query(values: Record<string, string | number | null | undefined>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== undefined && value !== "") params.set(name, String(value));
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

export const http = {
  get: <T>(path: string, signal?: AbortSignal) => send<T>("GET", path, undefined, signal),
  /** Bytes as they are. */
  blob: async (path: string, signal?: AbortSignal) => (await answered("GET", path, undefined, signal)).blob(),
  post: <T>(path: string, body: unknown = {}, signal?: AbortSignal) => send<T>("POST", path, body, signal),
  put: <T>(path: string, body: unknown) => send<T>("PUT", path, body),
  patch: <T>(path: string, body: unknown) => send<T>("PATCH", path, body),
  remove: <T>(path: string) => send<T>("DELETE", path),
};
