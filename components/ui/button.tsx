import type { ComponentProps } from "react";
import { cn } from "@/components/cn";

const BASE =
  "base:justify-center inline-flex shrink-0 items-center gap-2 rounded-md text-sm font-medium whitespace-nowrap transition-colors disabled:cursor-not-allowed disabled:opacity-60 [&_svg]:size-4 [&_svg]:shrink-0";
const VARIANTS = {
  default: "bg-primary text-primary-foreground hover:bg-primary/90",
  outline: "border border-input/60 bg-card text-foreground hover:bg-muted",
  ghost: "text-foreground hover:bg-muted",
  destructive: "border border-negative/50 bg-card text-negative hover:bg-negative-soft",
};
const SIZES = {
  default: "base:h-9 base:px-4",
  sm: "base:h-8 base:px-3",
  icon: "base:size-9",
};

interface Look {
  variant?: keyof typeof VARIANTS | undefined;
  size?: keyof typeof SIZES | undefined;
}

/** For a link that looks like a button. */
export const buttonVariants = ({ variant = "default", size = "default" }: Look = {}) =>
  `${BASE} ${VARIANTS[variant]} ${SIZES[size]}`;

export function Button({ className, variant, size, ...props }: ComponentProps<"button"> & Look) {
  return (
    <button type="button" className={cn(buttonVariants({ variant, size }), className)} {...props} />
  );
}
