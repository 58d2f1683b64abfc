import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { arriveFrom } from "@/api/account";
import { sessionQuery } from "@/api/session";
import { useProblem } from "@/components/failed";
import { useDoor } from "@/i18n/door";
import { Entry } from "@/layouts/entry";
import { inside } from "@/util/inside";
import { takeNext } from "./next";

/** As the provider wrote it: the router would read numbers and lose digits. */
function back() {
  const said = new URLSearchParams(window.location.search);
  return { state: said.get("state") ?? "", code: said.get("code") ?? "", iss: said.get("iss") ?? "", error: said.get("error") ?? "" };
}

/** Where identity providers send people back to. What stands in the address is good once. */
export function CallbackPage() {
  const d = useDoor();
  const problem = useProblem();
  const cache = useQueryClient();
  const router = useRouter();
  const { mutate, isError, error } = useMutation({
    mutationFn: arriveFrom,
    onSuccess: (session) => {
      cache.clear();
      cache.setQueryData(sessionQuery.queryKey, session);
      router.history.replace(inside(takeNext()));
    },
  });
  const sent = useRef(false);
  useEffect(() => {
    if (sent.current) return;
    sent.current = true;
    mutate(back());
  }, [mutate]);
  if (!isError) return <Entry title={d("arriving")} lead="">{null}</Entry>;
  return (
    <Entry title={d("arrived_not")} lead={problem(error)}>
      <Link to="/sign-in" search={{}}>{d("arrive_again")}</Link>
    </Entry>
  );
}
