import { type BuiltInType, flag, list, number, object, payload, text, word } from './built-in-type.js';

const byAt = (what: string) => object(what, { by: text('By which user.'), at: number('When, seconds since 1970.') });

/** Fields of original-system.md section 2.5. The documented sample is not valid JSON (a stray brace); this one is written anew. */
export const scheduledReportType: BuiltInType = {
  type: 'scheduled-report',
  title: 'Scheduled report',
  strict: false,
  schema: payload(
    'Scheduled report',
    {
      id: text('Identity of this run.'),
      account_id: text('Account, as text.'),
      name: text('Name of the schedule.'),
      type: word('What makes the report.', 'tableau'),
      status: word('State of the run.', 'scheduled', 'running', 'completed', 'failed', 'canceled', 'deleted'),
      scheduled_time: number('Due, seconds since 1970.'),
      schedule_id: text('Identity of the schedule.'),
      schedule: {
        description: 'When it runs: one of daily, weekly, monthly as an object with hour and minute, or a word.',
        anyOf: [
          object('Times.', {
            daily: object('Every day.', { hour: number('Hour.'), minute: number('Minute.') }),
            weekly: object('Every week.', {
              day: { type: ['number', 'string', 'null'] },
              hour: number('Hour.'),
              minute: number('Minute.'),
            }),
            monthly: object('Every month.', {
              day: number('Day of the month.'),
              hour: number('Hour.'),
              minute: number('Minute.'),
            }),
          }),
          word('Other rhythms.', 'every_15_minutes', 'run_once'),
        ],
      },
      published: flag('It was published.'),
      publish_result: object('How publishing went.', {
        timestamp: number('When, seconds since 1970.'),
        status: text('"ok" or the error.'),
      }),
      notify_behavior: word('When to notify.', 'always', 'never', 'ifnotempty'),
      delete_empty_result: flag('A result without rows is deleted.'),
      created: byAt('Who made the schedule.'),
      modified: byAt('Who changed the schedule.'),
      artifact_data: object(
        'The report.',
        {
          result_id: text('Identity of the result.'),
          result_count: number('1 when there is a result, 0 when not.'),
          create_time: number('Made, seconds since 1970.'),
          metadata: object('About the report.', {
            scheduled_report_name: text('Name.'),
            schedule_id: text('Identity of the schedule.'),
            result_count: number('Results.'),
            report_type: text('Kind of report.'),
            report_id: text('Identity of the report.'),
            report_description: text('What it shows.'),
            customer_name: text('Name of the customer.'),
            cadence: text('When it runs, in words.'),
            artifact_create_date: text('When it was made, in words.'),
          }),
          attachments: list('Files.', object('A file.', { url: text('Where it is.'), name: text('Its name.') })),
        },
        ['metadata'],
      ),
      extra: object('Made for notifications.', {
        tld: word('Of the console.', 'us', 'uk'),
        ui_url: text('Where to see it.'),
        download_url: text('Where to get it.'),
      }),
    },
    ['artifact_data'],
  ),
  sample: {
    account_id: '12345678',
    artifact_data: {
      attachments: [{ name: 'threat-summary.pdf', url: 'https://console.example.com/reports/threat-summary.pdf' }],
      create_time: 1596488400,
      metadata: {
        artifact_create_date: '2020-08-03 21:00 GMT',
        cadence: 'Daily, 21:00 GMT',
        customer_name: 'XYZ Corporation',
        report_description: 'Threats of the last day by deployment.',
        report_id: 'threat-summary',
        report_type: 'Threat Summary',
        result_count: 1,
        schedule_id: '7D7F27C6-3F0D-4E3B-9D8C-0A9D0D6F7A11',
        scheduled_report_name: 'Daily threat summary',
      },
      result_count: 1,
      result_id: 'A3E4B1F0-55A4-4C52-8B3F-2C1D0E9F8A77',
    },
    created: { at: 1596402000, by: '715A4EC0-9833-4D6E-9C03-A537E3F98D23' },
    delete_empty_result: false,
    extra: {
      download_url: 'https://console.example.com/reports/A3E4B1F0/download',
      tld: 'us',
      ui_url: 'https://console.example.com/reports/A3E4B1F0',
    },
    id: 'C1B2A3D4-0000-4E3B-9D8C-0A9D0D6F7A11',
    modified: { at: 1596402000, by: '715A4EC0-9833-4D6E-9C03-A537E3F98D23' },
    name: 'Daily threat summary',
    notify_behavior: 'always',
    publish_result: { status: 'ok', timestamp: 1596488401 },
    published: true,
    schedule: { daily: { hour: 21, minute: 0 } },
    schedule_id: '7D7F27C6-3F0D-4E3B-9D8C-0A9D0D6F7A11',
    scheduled_time: 1596488400,
    status: 'completed',
    type: 'tableau',
  },
};
