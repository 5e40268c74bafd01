import {
  Body,
  Button,
  Container,
  Head,
  Heading,
  Hr,
  Html,
  Link,
  Preview,
  render,
  Section,
  Text,
} from "@react-email/components";
import type { DecisionCard } from "@/server/contracts";
import { NOTIFICATION_EVENTS } from "@/server/contracts";
import { type Content, formatUtc } from "../content";
import type { Collected } from "../outgoing";

export interface EmailContent extends Content {
  card: DecisionCard | null;
  collected: readonly Collected[];
  preferencesUrl: string;
}

const FONT = "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";
const page = { backgroundColor: "#f4f5f7", fontFamily: FONT, margin: 0, padding: "24px 0" };
const sheet = {
  ...{ backgroundColor: "#ffffff", border: "1px solid #d9dce1", borderRadius: 8 },
  ...{ maxWidth: 600, padding: 24 },
};
const text = { color: "#1d2330", fontSize: 15, lineHeight: "22px", margin: "0 0 8px" };
const label = { ...text, color: "#565e6c", fontSize: 13, margin: "12px 0 0" };
const value = { ...text, margin: 0 };
const small = { ...text, color: "#565e6c", fontSize: 12, lineHeight: "18px", margin: 0 };
const button = {
  ...{ backgroundColor: "#1f5fbf", borderRadius: 6, color: "#ffffff", fontSize: 15 },
  ...{ fontWeight: 600, padding: "12px 20px" },
};

function CardLines({ card }: { card: DecisionCard }) {
  return (
    <Section>
      {card.lines.map((line) => (
        <Section key={line.key}>
          <Text style={label}>{line.label}</Text>
          <Text style={value}>{line.text}</Text>
        </Section>
      ))}
    </Section>
  );
}

function CollectedLines({ collected }: { collected: readonly Collected[] }) {
  return (
    <Section>
      {collected.map((one) => (
        <Section key={`${one.createdAt.toISOString()}${one.title}${one.event}`}>
          <Text style={label}>
            {NOTIFICATION_EVENTS[one.event].label}, {formatUtc(one.createdAt)}
          </Text>
          <Text style={value}>{one.title}</Text>
        </Section>
      ))}
    </Section>
  );
}

function Email({ headline, sentences, link, card, collected, preferencesUrl }: EmailContent) {
  return (
    <Html lang="en">
      <Head />
      <Preview>{sentences[0] ?? headline}</Preview>
      <Body style={page}>
        <Container style={sheet}>
          <Heading as="h1" style={{ ...text, fontSize: 20, lineHeight: "28px" }}>
            {headline}
          </Heading>
          {sentences.map((sentence) => (
            <Text key={sentence} style={text}>
              {sentence}
            </Text>
          ))}
          {card === null ? null : <CardLines card={card} />}
          <CollectedLines collected={collected} />
          <Section style={{ margin: "20px 0" }}>
            <Button href={link.url} style={button}>
              {link.label}
            </Button>
          </Section>
          <Hr />
          <Text style={small}>
            The link opens the page after you have signed in. It decides nothing by itself.{" "}
            <Link href={preferencesUrl}>Choose what you are told</Link>.
          </Text>
        </Container>
      </Body>
    </Html>
  );
}

/** The same as HTML and as plain text. */
export async function renderEmail(content: EmailContent): Promise<{ html: string; text: string }> {
  return { html: await render(<Email {...content} />), text: renderText(content) };
}

/** Written, not made from the HTML: short lines, and the address in full. */
function renderText({
  headline,
  sentences,
  link,
  card,
  collected,
  preferencesUrl,
}: EmailContent): string {
  const lines = (card?.lines ?? []).map((line) => `${line.label}: ${line.text}`);
  const listed = collected.map(
    ({ event, title, createdAt }) =>
      `- ${NOTIFICATION_EVENTS[event].label}, ${formatUtc(createdAt)}: ${title}`,
  );
  const parts = [
    ...[headline, sentences.join("\n"), lines.join("\n"), listed.join("\n")],
    `${link.label}: ${link.url}`,
    `The link opens the page after you have signed in. It decides nothing by itself.\nChoose what you are told: ${preferencesUrl}`,
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}
