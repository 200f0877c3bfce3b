// What is one, what may become of it, and how much of it is shown to whom?

import { merged } from "../merge-patch.ts";
import { chosen } from "../pages.ts";
import { Problem } from "../problem.ts";

/** What events call it. */
export const ENTITY = "street-lights";

/** What a caller can say, as in the contract. */
export interface Body {
  reference: string;
  name: string;
  status?: "open" | "inProgress" | "closed";
  postcode?: string;
  uprn?: string;
  contact?: { name: string; phone: string };
}

/** As it is kept. */
export interface Kept extends Body {
  status: "open" | "inProgress" | "closed";
  id: string;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

export type Created = Body & Pick<Kept, "status">;

export function createdFrom(body: Body): Created {
  return { ...body, status: body.status ?? "open" };
}

/** What it becomes by a merge patch. What is closed stays as it is. */
export function changed(kept: Kept, patch: unknown): Created {
  if (kept.status === "closed") {
    throw new Problem("already-closed", "What is closed cannot be changed. Create a new one.");
  }
  return merged(bodyOf(kept), patch) as Created;
}

/** All of it. */
export function shown(kept: Kept): Record<string, unknown> {
  const { id, createdAt, updatedAt } = kept;
  return { id, ...bodyOf(kept), createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}

/** In a list there are no personal data, and only the properties that were asked for. */
export function inList(kept: Kept, fields: unknown): Record<string, unknown> {
  const { contact: _personal, ...listed } = shown(kept);
  return chosen(listed, fields);
}

/** Events are read by many and kept for long, so there are no personal data in them. */
export function inEvent(kept: Kept): Record<string, unknown> {
  return inList(kept, undefined);
}

/** By what a page was sorted, as a cursor keeps it. */
export function sortValue(kept: Kept, key: string): string {
  switch (key) {
    case "name":
      return kept.name;
    case "reference":
      return kept.reference;
    default:
      return kept.createdAt.toISOString();
  }
}

function bodyOf(kept: Kept): Created {
  const { reference, name, status, postcode, uprn, contact } = kept;
  return {
    reference,
    name,
    status,
    ...(postcode !== undefined && { postcode }),
    ...(uprn !== undefined && { uprn }),
    ...(contact !== undefined && { contact }),
  };
}
