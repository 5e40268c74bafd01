import type { ReactNode } from "react";
import { CodeText, PageTitle } from "@/components/common/blocks";
import { valuesOf } from "@/components/common/options";
import { StateBadge } from "@/components/gain/badges";
import { COMMON_KEYS, INBOX_KEYS, SUGGESTION_KEYS } from "@/components/shell/keys";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from "@/components/ui/table";
import { PERSON_ROLES, ROLE_PERMISSIONS } from "@/server/identity";
import { type GlossarySection, loadGlossary } from "./glossary";
import { PERMISSION_WORDS, STATE_MEANINGS } from "./help-words";
import { termId } from "./term";

const PARTS = [
  { id: "states", title: "States of a suggestion" },
  { id: "roles", title: "Roles and what each may do" },
  { id: "keys", title: "Keyboard" },
  { id: "glossary", title: "Glossary" },
] as const;

/** Words, keys, roles and states: all from what the program itself goes by. */
export function HelpView() {
  const [states, roles, keys, glossary] = PARTS;
  return (
    <>
      <PageTitle title="Help" lead="What the states, roles, keys and words of this product mean." />
      <nav aria-label="On this page" className="mb-6 flex flex-wrap gap-x-5 gap-y-1 text-sm">
        {PARTS.map(({ id, title }) => (
          <a key={id} href={`#${id}`} className="text-primary underline underline-offset-2">
            {title}
          </a>
        ))}
        <a href="/reference" className="text-primary underline underline-offset-2">
          API reference
        </a>
      </nav>
      <div className="grid gap-10">
        <Part {...states}>
          <States />
        </Part>
        <Part {...roles}>
          <Roles />
        </Part>
        <Part {...keys}>
          <Keys />
        </Part>
        <Part {...glossary}>
          <Glossary sections={loadGlossary()} />
        </Part>
      </div>
    </>
  );
}

function Part({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section id={id} aria-labelledby={`${id}-title`} className="grid scroll-mt-20 gap-4">
      <h2 id={`${id}-title`} className="text-lg font-semibold tracking-tight">
        {title}
      </h2>
      {children}
    </section>
  );
}

function States() {
  return (
    <dl className="grid gap-3 text-sm sm:grid-cols-[10rem_minmax(0,1fr)]">
      {valuesOf(STATE_MEANINGS).map((state) => (
        <div key={state} className="contents">
          <dt>
            <StateBadge state={state} rollback={null} />
          </dt>
          <dd>{STATE_MEANINGS[state]}</dd>
        </div>
      ))}
    </dl>
  );
}

function Roles() {
  return (
    <>
      <p className="text-sm text-muted-foreground">
        A person has one role or several; their permissions add up.
      </p>
      <Table label="Permissions by role">
        <TableHeader>
          <TableRow>
            <TableHead>May</TableHead>
            {PERSON_ROLES.map((role) => (
              <TableHead key={role}>{role}</TableHead>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody>
          {valuesOf(PERMISSION_WORDS).map((permission) => (
            <TableRow key={permission}>
              <TableCell className="min-w-56">{PERMISSION_WORDS[permission]}</TableCell>
              {PERSON_ROLES.map((role) => (
                <TableCell key={role}>
                  {ROLE_PERMISSIONS[role].includes(permission) ? "yes" : "–"}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </>
  );
}

function Keys() {
  const pages = [
    { title: "Inbox", keys: INBOX_KEYS },
    { title: "Suggestion", keys: SUGGESTION_KEYS },
    { title: "Every page", keys: COMMON_KEYS },
  ];
  return (
    <div className="grid gap-6 sm:grid-cols-3">
      {pages.map(({ title, keys }) => (
        <div key={title} className="grid content-start gap-2">
          <h3 className="text-sm font-semibold">{title}</h3>
          <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2 text-sm">
            {Object.entries(keys).map(([key, label]) => (
              <div key={key} className="contents">
                <dt>
                  <kbd className="inline-block min-w-8 rounded border bg-muted px-2 py-1 text-center font-mono text-xs">
                    {key}
                  </kbd>
                </dt>
                <dd>{label}</dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </div>
  );
}

function Glossary({ sections }: { sections: GlossarySection[] }) {
  return sections.map(({ title, terms }) => (
    <div key={title} className="grid gap-3">
      <h3 className="text-sm font-semibold" id={termId(`glossary ${title}`)}>
        {title}
      </h3>
      <dl className="grid gap-x-6 gap-y-3 text-sm sm:grid-cols-[14rem_minmax(0,1fr)]">
        {terms.map(({ ids, names, meaning }) => (
          <div key={names} className="contents">
            <dt className="font-medium">
              {ids.map((id) => (
                <span key={id} id={id} className="scroll-mt-20" />
              ))}
              {names}
            </dt>
            <dd className="mb-2 break-words sm:mb-0">
              <CodeText text={meaning} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  ));
}
