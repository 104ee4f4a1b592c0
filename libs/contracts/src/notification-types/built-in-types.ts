import type { BuiltInType } from './built-in-type.js';
import { healthType } from './health.js';
import { incidentType } from './incident.js';
import { observationType } from './observation.js';
import { scheduledReportType } from './scheduled-report.js';

/** The four types of the original system; any other type is allowed too and gets generic templates (contract.md section 1). */
export const builtInTypes: readonly BuiltInType[] = [incidentType, observationType, scheduledReportType, healthType];
