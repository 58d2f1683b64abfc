import { type UseMutationOptions, useMutation } from "@tanstack/react-query";
import { App } from "antd";
import { useProblem } from "./failed";

/** A mutation whose failure is said in a toast. */
export function useAct<In, Out>(options: UseMutationOptions<Out, Error, In>) {
  const { message } = App.useApp();
  const problem = useProblem();
  return useMutation({
    ...options,
    onError: (error, ...rest) => {
      void message.error(problem(error));
      return options.onError?.(error, ...rest);
    },
  });
}
