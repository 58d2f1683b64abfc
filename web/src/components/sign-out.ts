import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { removeSession } from "@/api/session";
import { useAct } from "./act";

export function useSignOut() {
  const cache = useQueryClient();
  const navigate = useNavigate();
  return useAct<void, unknown>({
    mutationFn: removeSession,
    onSuccess: async () => {
      cache.clear();
      await navigate({ to: "/sign-in", search: {} });
    },
  });
}
