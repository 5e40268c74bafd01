import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/components/cn";

const TONES = {
  neutral: "bg-muted text-foreground",
  info: "border-info/25 bg-info-soft text-info",
  positive: "border-positive/25 bg-positive-soft text-positive",
  warning: "border-warning/25 bg-warning-soft text-warning",
  negative: "border-negative/25 bg-negative-soft text-negative",
};

type AlertProps = Omit<ComponentProps<"div">, "title"> & {
  tone?: keyof typeof TONES | undefined;
  icon?: ReactNode;
  title: string;
};

/** A message with weight. Pass `role="alert"` when it appears as an answer to an action. */
export function Alert({
  className,
  tone = "neutral",
  icon,
  title,
  children,
  ...props
}: AlertProps) {
  return (
    <div
      className={cn(
        "flex gap-3 rounded-lg border px-4 py-3 text-sm [&>svg]:mt-0.5",
        TONES[tone],
        className,
      )}
      {...props}
    >
      {icon}
      <div className="grid min-w-0 flex-1 grid-cols-1 gap-1 wrap-anywhere">
        <p className="font-medium">{title}</p>
        {children ? <div className="text-foreground">{children}</div> : null}
      </div>
    </div>
  );
}
