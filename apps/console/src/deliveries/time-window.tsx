import { NativeSelect, TextInput } from '@mantine/core';
import { usePageState } from '../app/search';
import { deliveryWords as words } from '../words/deliveries';
import { timesIn } from './filters';

/** Which time: a window that ends now, or from one moment to another, in the viewer's own zone; the address holds UTC. */
export function TimeWindow() {
  const [state, change] = usePageState();
  const { since, until, last } = state;
  const isCustom = last === 'custom' || since !== undefined || until !== undefined;
  return (
    <>
      <NativeSelect
        label={words.filters.since}
        value={isCustom ? 'custom' : timesIn(last).chosen}
        onChange={(event) => change({ last: event.currentTarget.value, since: undefined, until: undefined })}
        data={[
          ...Object.entries(words.presets).map(([value, label]) => ({ value, label })),
          { value: 'custom', label: words.window.custom },
        ]}
      />
      {isCustom && (
        <>
          <Moment label={words.window.from} value={since} onChange={(at) => change({ last: 'custom', since: at })} />
          <Moment label={words.window.to} value={until} onChange={(at) => change({ last: 'custom', until: at })} />
        </>
      )}
    </>
  );
}

interface MomentProps {
  label: string;
  value: string | undefined;
  onChange: (at: string | undefined) => void;
}

function Moment({ label, value, onChange }: MomentProps) {
  return (
    <TextInput
      type="datetime-local"
      label={label}
      value={value === undefined ? '' : localOf(value)}
      onChange={({ currentTarget }) => {
        const ms = Date.parse(currentTarget.value);
        onChange(Number.isNaN(ms) ? undefined : new Date(ms).toISOString());
      }}
    />
  );
}

/** As the field of a browser spells a moment: local, to the minute. */
function localOf(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
