// Where does the project lie? Its contract, migrations and seeds are read from there, compiled or not.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const root = rootOf(import.meta.dirname);

/** The path of a file of the project. */
export function projectFile(...names: string[]): string {
  return join(root, ...names);
}

/** What `package.json` calls the project. */
export async function projectName(): Promise<string> {
  const { name } = JSON.parse(await readFile(projectFile("package.json"), "utf8")) as { name: string };
  return name;
}

function rootOf(folder: string): string {
  if (existsSync(join(folder, "package.json"))) return folder;
  const above = dirname(folder);
  if (above === folder) throw new Error(`no package.json above ${import.meta.dirname}`);
  return rootOf(above);
}
