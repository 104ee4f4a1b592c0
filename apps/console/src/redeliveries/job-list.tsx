import { Anchor, Button, Group, NativeSelect, Progress, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { jobsQuery } from '../api/queries';
import type { Job } from '../api/shapes';
import { usePageState } from '../app/search';
import { Actor } from '../pieces/actor';
import { Answer, Empty } from '../pieces/notice';
import { PageHead } from '../pieces/page-head';
import { type Column, RecordTable } from '../pieces/record-table';
import { Status } from '../pieces/status';
import { When } from '../pieces/when';
import { redeliveryWords as words } from '../words/deliveries';
import { general, statusWords } from '../words/general';
import { FilterWords, filterOf } from './job-page';

const states = ['running', 'paused', 'done', 'cancelled'] as const;

/** Every redelivery of many, newest first. */
export function JobList() {
  const [state, change] = usePageState();
  const chosen = states.find((name) => name === state['state']);
  const jobs = useInfiniteQuery(jobsQuery(chosen));
  const rows = jobs.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      <PageHead title={words.jobs} lead={words.jobsLead} />
      <Group mb="md">
        <NativeSelect
          label={words.columns.state}
          value={chosen ?? ''}
          onChange={(event) => change({ state: event.currentTarget.value })}
          data={[{ value: '', label: general.all }, ...states.map((value) => ({ value, label: statusWords[value] }))]}
        />
      </Group>
      <Answer of={jobs}>
        {() =>
          rows.length > 0 ? (
            <RecordTable
              label={words.jobs}
              rows={rows}
              columns={columns}
              more={jobs.hasNextPage ? () => void jobs.fetchNextPage() : undefined}
              isLoadingMore={jobs.isFetchingNextPage}
            />
          ) : chosen !== undefined ? (
            <Empty title={words.emptyFiltered} />
          ) : (
            <Empty
              title={words.jobsEmpty}
              action={
                <Button component={Link} to="/deliveries" search={{ status: 'dead-lettered' } as never}>
                  {words.jobsEmptyAct}
                </Button>
              }
            >
              {words.jobsEmptyLead}
            </Empty>
          )
        }
      </Answer>
    </>
  );
}

const columns: Column<Job>[] = [
  {
    id: 'job',
    header: words.columns.job,
    cell: ({ row: { original } }) => (
      <Anchor component={Link} to="/jobs/$id" params={{ id: original.id } as never} ff="monospace" size="sm">
        …{original.id.slice(-10)}
      </Anchor>
    ),
  },
  { id: 'state', header: words.columns.state, cell: ({ row: { original } }) => <Status of={original.state} /> },
  {
    id: 'about',
    header: words.columns.about,
    cell: ({ row: { original } }) => (
      <Text size="sm" span>
        <FilterWords filter={filterOf(original)} />
      </Text>
    ),
  },
  {
    id: 'progress',
    header: words.columns.progress,
    cell: ({ row: { original } }) => {
      const ended = original.done + original.failed + original.skipped;
      return (
        <>
          <Text size="xs">{words.progress(ended, original.total)}</Text>
          <Progress
            value={original.total === 0 ? 100 : (ended / original.total) * 100}
            size="sm"
            aria-label={words.progress(ended, original.total)}
          />
        </>
      );
    },
  },
  { id: 'failed', header: words.columns.failed, cell: ({ row: { original } }) => original.failed },
  {
    id: 'started',
    header: words.columns.started,
    cell: ({ row: { original } }) => (original.createdAt === undefined ? '' : <When at={original.createdAt} />),
  },
  { id: 'by', header: words.columns.by, cell: ({ row: { original } }) => <Actor of={original.createdBy} /> },
];
