"use client";
import {
  BellIcon,
  CircleHelpIcon,
  CircleUserIcon,
  KeyboardIcon,
  LogOutIcon,
  MailIcon,
} from "lucide-react";
import { toastError } from "@/components/common/action-handlers";
import { Badge } from "@/components/ui/badge";
import { DropdownMenu, DropdownMenuItem, DropdownMenuLink } from "@/components/ui/dropdown-menu";
import { signOut } from "./auth-requests";
import { useHotkeySheet } from "./hotkeys";
import { useSession } from "./session";

export function UserMenu() {
  const { label, roles } = useSession();
  const openSheet = useHotkeySheet();
  return (
    <DropdownMenu
      trigger={{
        variant: "ghost",
        size: "icon",
        "aria-label": `Account of ${label}`,
        children: <CircleUserIcon aria-hidden />,
      }}
    >
      <div className="mb-1 border-b px-2 py-1.5 text-sm">
        <span className="block font-medium break-all">{label}</span>
        <span className="mt-1.5 flex flex-wrap gap-1">
          {roles.map((role) => (
            <Badge key={role}>{role}</Badge>
          ))}
        </span>
      </div>
      <DropdownMenuLink href="/outbox">
        <MailIcon aria-hidden /> Notifications
      </DropdownMenuLink>
      <DropdownMenuLink href="/preferences">
        <BellIcon aria-hidden /> Notification preferences
      </DropdownMenuLink>
      <DropdownMenuLink href="/help">
        <CircleHelpIcon aria-hidden /> Help and glossary
      </DropdownMenuLink>
      <DropdownMenuItem onSelect={openSheet}>
        <KeyboardIcon aria-hidden /> Keyboard shortcuts
      </DropdownMenuItem>
      <DropdownMenuItem onSelect={() => void signOut().catch(toastError)}>
        <LogOutIcon aria-hidden /> Sign out
      </DropdownMenuItem>
    </DropdownMenu>
  );
}
