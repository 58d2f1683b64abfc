// What a choice wants of a record that is put at it. Pure.
import type { Cell, Field, ObjectType, RecordRow } from "@/api/types";

/** The fields that a new value wants filled in, and that are empty. */
export function lackingOf(object: Pick<ObjectType, "fields">, row: Pick<RecordRow, "values">, field: Field, value: Cell): Field[] {
  if (field.type !== "choice" || value === (row.values[field.name] ?? null)) return [];
  const wants = field.choices.find((choice) => choice.number === value)?.wants ?? [];
  return object.fields.filter((each) => !each.archived && wants.includes(each.name) && (row.values[each.name] ?? null) === null);
}
