// The schemas that have a name in the OpenAPI document: those of whole bodies, and parts that several of them share.

import type * as v from 'valibot';
import { AboutSchema } from './about.ts';
import { AuditEntrySchema, AuditSchema } from './audit.ts';
import {
  BackupDetailSchema,
  BackupSchema,
  BackupsSchema,
  ImportedSchema,
  JobSchema,
  JobsSchema,
  RemovalPlanSchema,
  RemovedSchema,
  RestoreBodySchema,
  RestorePlanSchema,
} from './backups.ts';
import {
  ChangeSchema,
  DryRunSchema,
  HistorySchema,
  LiveConfigSchema,
  ProblemViewSchema,
  PublishedSchema,
  ResolvedConfigSchema,
  RestoredConfigSchema,
} from './config.ts';
import { ConfigBackupSchema } from './config-backup.ts';
import { CredentialsBodySchema, CredentialsSchema } from './credentials.ts';
import { DryRunBodySchema, PutBodySchema, RestoreConfigBodySchema, RollbackBodySchema } from './edits.ts';
import { ErrorAnswerSchema } from './error-answer.ts';
import { FlagsAnswerSchema } from './flags.ts';
import { ForecastSchema } from './forecast.ts';
import { ForecastFactsSchema } from './forecast-facts.ts';
import { HealthSchema } from './health.ts';
import { InspectionSchema } from './inspection.ts';
import { JetStreamSchema, MemberSchema } from './jetstream.ts';
import {
  LiveChangeSchema,
  LiveMessageSchema,
  LivePlaceSchema,
  LiveRefusalSchema,
  LiveSnapshotSchema,
} from './live.ts';
import { MeshLinkSchema, MeshSchema } from './mesh.ts';
import { MetricsHistorySchema, TrafficSchema } from './metrics.ts';
import { OperationResultSchema, RegionViewSchema, RegionViewsSchema } from './regions.ts';
import {
  RolloutCheckSchema,
  RolloutOperationBodySchema,
  RolloutPlanSchema,
  RolloutSchema,
  RolloutsSchema,
  StartRolloutBodySchema,
} from './rollouts.ts';
import { ConsideredSchema, EffectSchema, EntrySchema, EstimateSchema, RouteSchema } from './route.ts';
import { RebalanceSchema, ScalingDecisionSchema, ScalingSchema } from './scaling.ts';
import { SecretsSchema } from './secrets.ts';
import {
  SessionAnswerSchema,
  SessionBodySchema,
  SessionConfigSchema,
  SessionInfoSchema,
  SessionListSchema,
  SessionSchema,
  SessionStateSchema,
  SessionStatsSchema,
} from './sessions.ts';
import { TraceBodySchema, TraceHopSchema, TraceSchema } from './trace.ts';
import { WhoamiSchema } from './whoami.ts';

export const SCHEMAS = {
  About: AboutSchema,
  Audit: AuditSchema,
  AuditEntry: AuditEntrySchema,
  Backup: BackupSchema,
  BackupDetail: BackupDetailSchema,
  Backups: BackupsSchema,
  Change: ChangeSchema,
  Config: ResolvedConfigSchema,
  ConfigBackup: ConfigBackupSchema,
  Considered: ConsideredSchema,
  Credentials: CredentialsSchema,
  CredentialsBody: CredentialsBodySchema,
  DryRun: DryRunSchema,
  DryRunBody: DryRunBodySchema,
  Effect: EffectSchema,
  Entry: EntrySchema,
  Error: ErrorAnswerSchema,
  Estimate: EstimateSchema,
  Flags: FlagsAnswerSchema,
  Forecast: ForecastSchema,
  ForecastFacts: ForecastFactsSchema,
  Health: HealthSchema,
  History: HistorySchema,
  Imported: ImportedSchema,
  Inspection: InspectionSchema,
  JetStream: JetStreamSchema,
  Job: JobSchema,
  Jobs: JobsSchema,
  Link: MeshLinkSchema,
  LiveChange: LiveChangeSchema,
  LiveConfig: LiveConfigSchema,
  LiveMessage: LiveMessageSchema,
  LivePlace: LivePlaceSchema,
  LiveRefusal: LiveRefusalSchema,
  LiveSnapshot: LiveSnapshotSchema,
  Member: MemberSchema,
  Mesh: MeshSchema,
  MetricsHistory: MetricsHistorySchema,
  OperationResult: OperationResultSchema,
  Problem: ProblemViewSchema,
  Published: PublishedSchema,
  PutBody: PutBodySchema,
  Region: RegionViewSchema,
  Regions: RegionViewsSchema,
  RestoreConfigBody: RestoreConfigBodySchema,
  RestoredConfig: RestoredConfigSchema,
  RestoreBody: RestoreBodySchema,
  RemovalPlan: RemovalPlanSchema,
  Removed: RemovedSchema,
  RestorePlan: RestorePlanSchema,
  RollbackBody: RollbackBodySchema,
  Rollout: RolloutSchema,
  RolloutCheck: RolloutCheckSchema,
  RolloutOperationBody: RolloutOperationBodySchema,
  RolloutPlan: RolloutPlanSchema,
  Rollouts: RolloutsSchema,
  Route: RouteSchema,
  Scaling: ScalingSchema,
  ScalingDecision: ScalingDecisionSchema,
  Rebalance: RebalanceSchema,
  Secrets: SecretsSchema,
  Session: SessionSchema,
  SessionAnswer: SessionAnswerSchema,
  SessionBody: SessionBodySchema,
  SessionConfig: SessionConfigSchema,
  SessionInfo: SessionInfoSchema,
  SessionList: SessionListSchema,
  SessionState: SessionStateSchema,
  SessionStats: SessionStatsSchema,
  StartRolloutBody: StartRolloutBodySchema,
  Trace: TraceSchema,
  TraceBody: TraceBodySchema,
  TraceHop: TraceHopSchema,
  Traffic: TrafficSchema,
  Whoami: WhoamiSchema,
} as const satisfies Readonly<Record<string, v.GenericSchema>>;

export type SchemaName = keyof typeof SCHEMAS;
