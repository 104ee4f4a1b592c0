import type { JsonPath } from '@waybill/contracts/payload/json-tree';
import { type Anchor, anchorOf } from './anchor.js';
import type { FilterScalar, FilterValue, Look } from './filter.js';
import type { Route } from './route.js';

interface Placed {
  readonly route: Route;
  readonly anchor: Anchor | null;
  /** The order in which they were put here is the order in which they are answered. */
  readonly order: number;
}

interface OfPath {
  readonly path: JsonPath;
  readonly is: Map<FilterScalar, Set<Placed>>;
  readonly holds: Map<FilterScalar, Set<Placed>>;
  /** All that `holds` has: any of them may be asking for a part of a text. */
  readonly ofText: Set<Placed>;
}

/**
 * The enabled subscriptions that take a type, found by what their filters cannot be true without (`Anchor`). What it costs to find the
 * candidates of a notification depends on how many paths the filters ask for and how many filters have no anchor, not on how many
 * filters ask for other values.
 */
export class RouteIndex {
  private readonly placed = new Map<string, Placed>();
  private readonly unanchored = new Set<Placed>();
  private readonly paths = new Map<string, OfPath>();
  private puts = 0;

  /** Puts a subscription behind the others; it must not be there already. */
  put(route: Route): void {
    const { id, filter } = route.subscription;
    const one: Placed = { route, anchor: filter === null ? null : anchorOf(filter), order: this.puts++ };
    this.placed.set(id, one);
    if (one.anchor === null) return void this.unanchored.add(one);
    const ofPath = this.ofPath(one.anchor.path);
    if (one.anchor.kind === 'holds') ofPath.ofText.add(one);
    const byValue = ofPath[one.anchor.kind];
    for (const value of one.anchor.values) {
      const those = byValue.get(value) ?? new Set();
      byValue.set(value, those.add(one));
    }
  }

  /** Forgets a subscription; nothing where it is not here. */
  delete(subscriptionId: string): void {
    const one = this.placed.get(subscriptionId);
    if (one === undefined) return;
    this.placed.delete(subscriptionId);
    if (one.anchor === null) return void this.unanchored.delete(one);
    const ofPath = this.ofPath(one.anchor.path);
    ofPath.ofText.delete(one);
    const byValue = ofPath[one.anchor.kind];
    for (const value of one.anchor.values) {
      byValue.get(value)?.delete(one);
      if (byValue.get(value)?.size === 0) byValue.delete(value);
    }
    if (ofPath.is.size === 0 && ofPath.holds.size === 0) this.paths.delete(one.anchor.path.text);
  }

  /** All whose filter may match, and few others, in the order in which they were put: the filter itself decides. */
  candidates(look: Look): Route[] {
    const found = new Set(this.unanchored);
    for (const ofPath of this.paths.values()) {
      const value = look(ofPath.path);
      if (value !== undefined) for (const those of asking(ofPath, value)) for (const one of those) found.add(one);
    }
    return [...found].toSorted((a, b) => a.order - b.order).map(({ route }) => route);
  }

  private ofPath(path: JsonPath): OfPath {
    const known = this.paths.get(path.text);
    if (known !== undefined) return known;
    const made: OfPath = { path, is: new Map(), holds: new Map(), ofText: new Set() };
    this.paths.set(path.text, made);
    return made;
  }
}

const nobody: ReadonlySet<Placed> = new Set();

function asking({ is, holds, ofText }: OfPath, value: FilterValue): readonly ReadonlySet<Placed>[] {
  if (Array.isArray(value)) return (value as FilterScalar[]).map((member) => holds.get(member) ?? nobody);
  const equal = is.get(value as FilterScalar) ?? nobody;
  return typeof value === 'string' ? [equal, ofText] : [equal];
}
