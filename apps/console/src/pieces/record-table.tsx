import { Button, Group, Text } from '@mantine/core';
import { type ColumnDef, tableFeatures, useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { general } from '../words/general';

const features = tableFeatures({});
export type Column<T extends object> = ColumnDef<typeof features, T>;

interface RecordTableProps<T extends { id: string }> {
  label: string;
  rows: T[];
  columns: Column<T>[];
  /** Asked for when the reader comes near the end; undefined when there is no more. */
  more?: (() => void) | undefined;
  isLoadingMore?: boolean;
  height?: number | string;
}

const rowHeightPx = 44;
/** Rows beyond the seen ones that stand ready, and how near the end the next page is asked for. */
const overscan = 12;

/**
 * A list of records of any length: only the rows in view are in the page, the next page is fetched before the end is reached.
 * Each row's first link is its own; j and k go from row to row, Enter opens.
 */
export function RecordTable<T extends { id: string }>(props: RecordTableProps<T>) {
  const { label, rows, columns, more, isLoadingMore = false, height = 'calc(100dvh - 320px)' } = props;
  const table = useTable({ features, data: rows, columns, getRowId: (row: T) => row.id });
  const scroller = useRef<HTMLDivElement>(null);
  const all = table.getRowModel().rows;
  const virtual = useVirtualizer({
    count: all.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    overscan,
  });
  const seen = virtual.getVirtualItems();
  const lastSeen = seen.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more !== undefined && !isLoadingMore && lastSeen >= all.length - overscan) more();
  }, [more, isLoadingMore, lastSeen, all.length]);
  const before = seen[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (seen.at(-1)?.end ?? 0);
  return (
    <>
      <div
        ref={scroller}
        className="record-table"
        style={{ maxHeight: height }}
        tabIndex={0}
        role="region"
        aria-label={label}
        onKeyDown={moveByKey}
        data-record-table=""
      >
        <table aria-rowcount={more === undefined ? all.length + 1 : -1}>
          <thead>
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id}>
                {group.headers.map((header) => (
                  <th key={header.id} scope="col">
                    <table.FlexRender header={header} />
                  </th>
                ))}
              </tr>
            ))}
          </thead>
          <tbody>
            <Gap height={before} />
            {seen.map(({ index }) => {
              const row = all[index];
              return row === undefined ? null : (
                <tr key={row.id} aria-rowindex={index + 2} style={{ height: rowHeightPx }}>
                  {row.getAllCells().map((cell) => (
                    <td key={cell.id}>
                      <table.FlexRender cell={cell} />
                    </td>
                  ))}
                </tr>
              );
            })}
            <Gap height={after} />
          </tbody>
        </table>
      </div>
      {more !== undefined && <More count={all.length} more={more} isLoading={isLoadingMore} />}
    </>
  );
}

function More({ count, more, isLoading }: { count: number; more: () => void; isLoading: boolean }) {
  return (
    <Group mt="xs" gap="sm">
      <Button variant="default" size="xs" onClick={more} loading={isLoading}>
        {general.more}
      </Button>
      <Text size="sm" c="dimmed">
        {count}
      </Text>
    </Group>
  );
}

function Gap({ height }: { height: number }) {
  return height <= 0 ? null : (
    <tr aria-hidden="true">
      <td style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

/** Goes to the link of the next row (j) or the one before (k). */
export function moveByKey(event: KeyboardEvent | globalThis.KeyboardEvent): void {
  if (event.key !== 'j' && event.key !== 'k') return;
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const table =
    (event.target as HTMLElement).closest('[data-record-table]') ?? document.querySelector('[data-record-table]');
  if (table === null) return;
  const links = [...table.querySelectorAll<HTMLElement>('tbody tr a:first-of-type')].filter(isFirstOfItsRow);
  const at = links.findIndex((link) => link.closest('tr')?.contains(document.activeElement) ?? false);
  const next = at < 0 ? 0 : at + (event.key === 'j' ? 1 : -1);
  links[Math.max(0, Math.min(links.length - 1, next))]?.focus();
  event.preventDefault();
  event.stopPropagation();
}

function isFirstOfItsRow(link: HTMLElement): boolean {
  return link.closest('tr')?.querySelector('a') === link;
}

/** True while a key belongs to a field and not to the page. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}
