// Who may do what? What is not listed here is served to nobody: without a rule, the service does not start.

export interface AccessRule {
  /** Whether applications may that hold a grant of the platform. */
  applications: "granted" | "none";
  /** Groups whose members may. */
  groups: string[];
}

const STAFF = ["street-services@hackney.example"];

export const RULES: Record<string, AccessRule> = {
  getHealth: { applications: "granted", groups: STAFF },
  // hansom: for each resource
  listStreetLights: { applications: "granted", groups: STAFF },
  createStreetLight: { applications: "granted", groups: STAFF },
  getStreetLight: { applications: "granted", groups: STAFF },
  updateStreetLight: { applications: "granted", groups: STAFF },
  deleteStreetLight: { applications: "granted", groups: STAFF },
  // hansom: end
};

export function ruleFor(operationId: string): AccessRule {
  const rule = Object.hasOwn(RULES, operationId) ? RULES[operationId] : undefined;
  if (!rule) throw new Error(`nobody is said to be let in to ${operationId}; add a rule to src/access.ts`);
  return rule;
}
