import type { CliCommand } from "./command";

/** A command, or a group of commands, at the top. */
export interface Entry {
  summary: string;
  /** Adds arguments, options and commands. Loaded for the entry that is asked for. */
  load: () => Promise<(command: CliCommand) => void>;
}

/** Everything there is, under the headings of the help. */
export const SECTIONS: Record<string, Record<string, Entry>> = {
  "Suggestions:": {
    inbox: {
      summary: "suggestions that wait for a decision, by impact",
      load: async () => (await import("./commands/inbox")).defineInbox,
    },
    show: {
      summary: "a suggestion: its decision card, what it consists of, whose approval it needs",
      load: async () => (await import("./commands/show")).defineShow,
    },
    approve: {
      summary: "approve a suggestion, or some of its changes, as a person (--as)",
      load: async () => (await import("./commands/decide")).defineApprove,
    },
    reject: {
      summary: "reject a suggestion with a reason, as a person (--as)",
      load: async () => (await import("./commands/decide")).defineReject,
    },
    cancel: {
      summary: "end a suggestion's test run, or its search for better advice",
      load: async () => (await import("./commands/decide")).defineCancel,
    },
    reopen: {
      summary: "ask for a decision again after a suggestion expired",
      load: async () => (await import("./commands/decide")).defineReopen,
    },
    execute: {
      summary: "carry out an approved suggestion",
      load: async () => (await import("./commands/operations")).defineExecute,
    },
    rollback: {
      summary: "undo an executed suggestion",
      load: async () => (await import("./commands/operations")).defineRollback,
    },
    keep: {
      summary: "keep a change although it regressed on the live workload",
      load: async () => (await import("./commands/operations")).defineKeep,
    },
    reapply: {
      summary: "carry out again what was rolled back, by the same checks",
      load: async () => (await import("./commands/operations")).defineReapply,
    },
    operations: {
      summary: "executions and rollbacks",
      load: async () => (await import("./commands/operations")).defineOperations,
    },
    changes: {
      summary: "changes that somebody wants tested",
      load: async () => (await import("./commands/changes")).defineChanges,
    },
  },
  "Administration:": {
    users: {
      summary: "people who can sign in",
      load: async () => (await import("./commands/users")).defineUsers,
    },
    keys: {
      summary: "API keys of external services",
      load: async () => (await import("./commands/keys")).defineKeys,
    },
    token: {
      summary: "signed bearer tokens",
      load: async () => (await import("./commands/trust")).defineTokens,
    },
    "signing-keys": {
      summary: "key pairs the sidecar signs with, towards data products and agents",
      load: async () => (await import("./commands/trust")).defineSigningKeys,
    },
    products: {
      summary:
        "data products: which one is served, whose calls are accepted, what is wrong with answers",
      load: async () => (await import("./commands/products")).defineProducts,
    },
    policies: {
      summary: "who approves what, when it may be executed, and the emergency stop",
      load: async () => (await import("./commands/policies")).definePolicies,
    },
    audit: {
      summary: "who did what, when",
      load: async () => (await import("./commands/audit")).defineAudit,
    },
    notifications: {
      summary: "what people and webhooks are told",
      load: async () => (await import("./commands/notifications")).defineNotifications,
    },
    models: {
      summary: "models of the inference worker",
      load: async () => (await import("./commands/models")).defineModels,
    },
    jobs: {
      summary: "work in the queue",
      load: async () => (await import("./commands/jobs")).defineJobs,
    },
  },
  "Other agents:": {
    agents: {
      summary: "agents of other data products",
      load: async () => (await import("./commands/cooperation")).defineAgents,
    },
    conversations: {
      summary: "what sidecars agree on",
      load: async () => (await import("./commands/cooperation")).defineConversations,
    },
    messages: {
      summary: "messages from and to other agents",
      load: async () => (await import("./commands/messages")).defineMessages,
    },
    "dead-letters": {
      summary: "messages that were given up",
      load: async () => (await import("./commands/messages")).defineDeadLetters,
    },
    registry: {
      summary: "agents that may register at the registry of this database",
      load: async () => (await import("./commands/registry")).defineRegistry,
    },
  },
  "Installation:": {
    doctor: {
      summary: "check the installation, with what to do about each finding; ends with 8 at a fault",
      load: async () => (await import("./commands/doctor")).defineDoctor,
    },
    config: {
      summary: "the installation's settings",
      load: async () => (await import("./commands/config")).defineConfig,
    },
    db: {
      summary: "the knowledge store",
      load: async () => (await import("./commands/database")).defineDatabase,
    },
    completion: {
      summary: "a script that completes commands and options in your shell",
      load: async () => (await import("./commands/completion")).defineCompletion,
    },
  },
};

/** Commands of earlier versions, and what they are called now. */
export const MOVED: Record<string, string> = {
  "suggestions list": "inbox",
  "suggestions show": "show",
  "suggestions approve": "approve",
  "suggestions reject": "reject",
  "suggestions cancel": "cancel",
  "suggestions reopen": "reopen",
  "suggestions approval": "show",
  "operations execute": "execute",
  "operations revert": "rollback",
  "users set-roles": "users roles",
  "stop on": "policies stop",
  "stop off": "policies resume",
  "stop status": "policies status",
};
