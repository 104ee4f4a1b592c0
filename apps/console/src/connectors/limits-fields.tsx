import { Group, NumberInput, Stack, TagsInput, Title } from '@mantine/core';
import type { Connector } from '../api/shapes';
import { faultAt, type Faults } from '../pieces/faults';
import { connectorWords as words } from '../words/connectors';

type Limits = Connector['limits'];

interface LimitsFieldsProps {
  limits: Limits;
  onChange: (limits: Limits) => void;
  /** By JSON pointer below the limits. */
  faults: Faults;
}

/** How much at a time and how often a connector is tried. */
export function LimitsFields({ limits, onChange, faults }: LimitsFieldsProps) {
  const { retryDelaysSeconds: delays } = limits;
  return (
    <Stack gap="sm">
      <Title order={2} size="h5">
        {words.limits}
      </Title>
      <Group align="flex-start">
        <NumberInput
          label={words.maxConcurrent}
          min={1}
          max={256}
          value={limits.maxConcurrent}
          onChange={(value) => typeof value === 'number' && onChange({ ...limits, maxConcurrent: value })}
          error={faults['/maxConcurrent']}
        />
        <NumberInput
          label={words.maxPerSecond}
          min={0}
          value={limits.maxPerSecond ?? ''}
          onChange={(value) => onChange({ ...limits, maxPerSecond: typeof value === 'number' ? value : null })}
          error={faults['/maxPerSecond']}
        />
        <NumberInput
          label={words.timeoutMs}
          min={100}
          max={60_000}
          value={limits.timeoutMs}
          onChange={(value) => typeof value === 'number' && onChange({ ...limits, timeoutMs: value })}
          error={faults['/timeoutMs']}
        />
      </Group>
      <TagsInput
        label={words.retryDelays}
        description={words.retryDelaysHelp}
        placeholder="0, 5, 30, 120"
        splitChars={[',', ' ', ';']}
        acceptValueOnBlur
        allowDuplicates
        value={delays?.map(String) ?? []}
        onChange={(next) => onChange({ ...limits, retryDelaysSeconds: delaysOf(next) })}
        error={faultAt(faults, '/retryDelaysSeconds', delays)}
      />
    </Stack>
  );
}

/** What is no number is not taken. */
function delaysOf(typed: readonly string[]): number[] | null {
  const delays = typed.map(Number).filter(Number.isFinite);
  return delays.length === 0 ? null : delays;
}
