export interface ReleasedPackage {
  name: string;
  version: string;
  dependencies?: Record<string, string>;
  changelog: string;
}
export function tagProblems(tag: string, packages?: readonly ReleasedPackage[]): string[];
