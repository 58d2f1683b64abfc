// What the reader may do with a field. The server decides; this leaves out what it would refuse. Pure.
import type { Field } from "@/api/types";

/** Whether it is not there for the reader; who makes objects is told of it all the same. */
export const isHidden = (field: Field) => field.access === "hidden";

/** Whether its values come masked, as texts whatever it holds. */
export const isMasked = (field: Field) => field.access === "masked" || field.access === "reveal";

/** Whether records can be found, ordered and added up by it. */
export const isPlain = (field: Field) => !field.archived && !isHidden(field) && !isMasked(field);

/** Whether the reader may change it, in records that they may change. */
export const isWritable = (field: Field) => !field.archived && (field.told ? !isMasked(field) : !field.automatic && field.access === "write");

/** Whether it is given with the values of a record: files come once it is there. */
export const isGiven = (field: Field) => isWritable(field) && field.type !== "files";

/** Whether the reader may say it of a record that is new; what is told of a customer may be masked as soon as it is there. */
export const isSaid = (field: Field) => isWritable(field) || (field.told && !field.archived);

/** Whether its value follows from others. */
export const isDerived = (field: Field) => field.formula !== null || field.rollup !== null;

/** Whether forms and pages of a record have it: when it was made and changed is told elsewhere. */
export const isTold = (field: Field) => !field.archived && (!field.automatic || field.known || isDerived(field));
