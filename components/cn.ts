/**
 * Joins class names, without those that do not apply. Of two classes for the same property the style
 * sheet decides, not their order here: what a component lets its callers change has the variant
 * `base:` (`app/globals.css`), which every plain class wins over.
 */
export { clsx as cn } from "clsx";
