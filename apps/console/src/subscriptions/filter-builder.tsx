import {
  ActionIcon,
  Autocomplete,
  Button,
  Group,
  NativeSelect,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import type { Filter } from '../api/shapes';
import { useState } from 'react';
import { Icon } from '../pieces/icons';
import { general } from '../words/general';
import { subscriptionWords as words } from '../words/subscriptions';
import {
  comparisons,
  type Condition,
  conditionOf,
  emptyCondition,
  filterIn,
  nodeOf,
  readScalar,
  takesList,
  withOperator,
  writeScalar,
} from './filter-tree';

interface NodeProps {
  node: Filter;
  onChange: (node: Filter) => void;
  /** Absent at the root. */
  onRemove?: (() => void) | undefined;
  /** Fields of the sample, offered while typing. */
  paths: readonly string[];
  /** Where it stands, in words for those who do not see the indent. */
  place: string;
}

/** One node of a filter, with what is below it. */
export function FilterNode(props: NodeProps) {
  const { node, onChange, onRemove, paths, place } = props;
  const condition = conditionOf(node);
  if (condition !== null)
    return (
      <ConditionRow
        condition={condition}
        onChange={(next) => onChange(nodeOf(next))}
        onRemove={onRemove}
        paths={paths}
        place={place}
      />
    );
  if ('and' in node) return <GroupNode {...props} kind="and" nodes={node.and} />;
  if ('or' in node) return <GroupNode {...props} kind="or" nodes={node.or} />;
  if ('not' in node) {
    const inner = Array.isArray(node.not) ? node.not[0] : node.not;
    return (
      <div className="filter-group">
        <Group gap="xs" mb="xs">
          <Text size="sm" fw={600}>
            {words.notThis}
          </Text>
          <RemoveButton onRemove={onRemove} place={place} />
        </Group>
        <FilterNode node={inner} onChange={(next) => onChange({ not: next })} paths={paths} place={`${place}.1`} />
      </div>
    );
  }
  // Two fields compared, a value first, a list where a value belongs: right, but with no field, operator and value to show.
  return <TextNode {...props} />;
}

/** A node that is written as it stands; what is typed counts as soon as it is a filter. */
function TextNode({ node, onChange, onRemove, place }: NodeProps) {
  const whole = JSON.stringify(node);
  const [typed, setTyped] = useState<string | null>(null);
  const isWhole = typed === null || filterIn(typed) !== null;
  return (
    <Group gap="xs" align="flex-start">
      <TextInput
        aria-label={`${words.asText} ${place}`}
        size="xs"
        w={420}
        maw="100%"
        ff="monospace"
        spellCheck={false}
        value={typed ?? whole}
        error={isWhole ? undefined : words.textInvalid}
        onChange={(event) => {
          const read = filterIn(event.currentTarget.value);
          setTyped(event.currentTarget.value);
          if (read !== null) onChange(read);
        }}
        onBlur={() => setTyped(null)}
      />
      <RemoveButton onRemove={onRemove} place={place} />
    </Group>
  );
}

function GroupNode({
  kind,
  nodes,
  onChange,
  onRemove,
  paths,
  place,
}: NodeProps & { kind: 'and' | 'or'; nodes: Filter[] }) {
  const set = (next: Filter[], as: 'and' | 'or' = kind): void => onChange(as === 'and' ? { and: next } : { or: next });
  return (
    <div className="filter-group">
      <Stack gap="xs">
        <Group gap="xs">
          <NativeSelect
            aria-label={`${words.operator} ${place}`}
            size="xs"
            value={kind}
            onChange={(event) => set(nodes, event.currentTarget.value as 'and' | 'or')}
            data={[
              { value: 'and', label: words.all },
              { value: 'or', label: words.anyOf },
            ]}
          />
          <RemoveButton onRemove={onRemove} place={place} />
        </Group>
        {nodes.map((child, at) => (
          <FilterNode
            key={at}
            node={child}
            onChange={(next) => set(nodes.with(at, next))}
            onRemove={nodes.length > 1 ? () => set(nodes.toSpliced(at, 1)) : undefined}
            paths={paths}
            place={`${place}.${at + 1}`}
          />
        ))}
        <Group gap="xs">
          <AddButton label={words.addCondition} onAdd={() => set([...nodes, emptyCondition])} />
          <AddButton
            label={words.addGroup}
            onAdd={() => set([...nodes, { [kind === 'and' ? 'or' : 'and']: [emptyCondition] } as unknown as Filter])}
          />
          <AddButton label={words.addNot} onAdd={() => set([...nodes, { not: emptyCondition }])} />
        </Group>
      </Stack>
    </div>
  );
}

function AddButton({ label, onAdd }: { label: string; onAdd: () => void }) {
  return (
    <Button variant="default" size="xs" leftSection={<Icon name="plus" size={12} />} onClick={onAdd}>
      {label}
    </Button>
  );
}

function RemoveButton({ onRemove, place }: { onRemove: (() => void) | undefined; place: string }) {
  if (onRemove === undefined) return null;
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={`${general.remove} ${place}`} onClick={onRemove}>
      <Icon name="cross" />
    </ActionIcon>
  );
}

interface ConditionRowProps {
  condition: Condition;
  onChange: (condition: Condition) => void;
  onRemove?: (() => void) | undefined;
  paths: readonly string[];
  place: string;
}

function ConditionRow({ condition, onChange, onRemove, paths, place }: ConditionRowProps) {
  const { operator, source, value } = condition;
  return (
    <Group gap="xs" wrap="wrap">
      <Autocomplete
        aria-label={`${words.field} ${place}`}
        size="xs"
        w={230}
        limit={20}
        data={[...paths]}
        value={source}
        onChange={(next) => onChange({ ...condition, source: next })}
      />
      <NativeSelect
        aria-label={`${words.operator} ${place}`}
        size="xs"
        value={operator}
        onChange={(event) => onChange(withOperator(condition, event.currentTarget.value as Condition['operator']))}
        data={[...comparisons, 'exists'].map((name) => ({ value: name, label: words.operators[name] ?? name }))}
      />
      {operator !== 'exists' &&
        (takesList(operator) ? (
          <TagsInput
            aria-label={`${words.valueList} ${place}`}
            size="xs"
            miw={220}
            acceptValueOnBlur
            value={(Array.isArray(value) ? value : []).map(writeScalar)}
            onChange={(next) => onChange({ ...condition, value: next.map(readScalar) })}
          />
        ) : (
          <ScalarInput value={value} place={place} onChange={(next) => onChange({ ...condition, value: next })} />
        ))}
      <RemoveButton onRemove={onRemove} place={place} />
    </Group>
  );
}

/** Keeps what is typed as it is typed: "1." is on its way to a number and must not lose its dot. */
function ScalarInput({
  value,
  place,
  onChange,
}: {
  value: unknown;
  place: string;
  onChange: (value: string | number | boolean | null) => void;
}) {
  const [text, setText] = useState(() => writeScalar(value));
  const shown = readScalar(text) === value ? text : writeScalar(value);
  return (
    <TextInput
      aria-label={`${words.value} ${place}`}
      size="xs"
      w={180}
      value={shown}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(readScalar(event.currentTarget.value));
      }}
    />
  );
}
