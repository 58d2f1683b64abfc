import { useDoor } from "@/i18n/door";
import { Head } from "../head";
import { Address } from "./address";
import { Everyone } from "./everyone";
import { Providers } from "./providers";

/** How people sign in to this workspace; for owners. */
export function SignInSettingsPage() {
  const d = useDoor();
  return (
    <>
      <Head title={d("sign_in")} lead={d("sign_in_lead")} />
      <Address />
      <Everyone />
      <Providers />
    </>
  );
}
