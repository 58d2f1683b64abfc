import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { rolesQuery } from "@/api/people";
import { useText } from "@/components/language";

type Props = { value: string | undefined; onChange: (role: string) => void; id?: string; label?: string; disabled?: boolean; quiet?: boolean };

/** One of the workspace's roles. */
export function RoleSelect({ value, onChange, id, label, disabled = false, quiet = false }: Props) {
  const text = useText();
  const roles = useQuery(rolesQuery);
  const options = roles.data?.items.map((role) => ({ value: role.id, label: text(role.name) })) ?? [];
  return (
    <Select
      {...(id === undefined ? {} : { id })}
      {...(label === undefined ? {} : { "aria-label": label })}
      {...(value === undefined ? {} : { value })}
      variant={quiet ? "borderless" : "outlined"}
      style={{ width: "100%", minWidth: 150, marginLeft: quiet ? -11 : 0 }}
      options={options}
      loading={roles.isPending}
      disabled={disabled}
      onChange={onChange}
    />
  );
}
