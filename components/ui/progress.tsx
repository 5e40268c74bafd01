import { cn } from "@/components/cn";

/** `fraction` 0..1. */
export function Progress(props: { fraction: number; label: string; className?: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, props.fraction)) * 100);
  return (
    <div
      role="progressbar"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className={cn("base:h-1.5 w-full overflow-hidden rounded-full bg-muted", props.className)}
    >
      <div
        className="h-full rounded-full bg-primary transition-[width] duration-500"
        style={{ width: `${percent}%` }}
      />
    </div>
  );
}
