"use client";
import { BellIcon, CircleUserIcon, KeyboardIcon, LogOutIcon, MailIcon } from "lucide-react";
import Link from "next/link";
import { signOut } from "next-auth/react";
import { useRef } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { Separator } from "@/components/ui/separator";
import { useHotkeySheet } from "./hotkeys";
import { useSession } from "./session";

export function UserMenu() {
  const { label, roles } = useSession();
  const openSheet = useHotkeySheet();
  const isSheetWanted = useRef(false);
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon" aria-label={`Account of ${label}`}>
          <CircleUserIcon aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent
        // The sheet opens once the menu's button has the focus again: there it goes back to.
        onCloseAutoFocus={() => {
          if (isSheetWanted.current) setTimeout(openSheet);
          isSheetWanted.current = false;
        }}
      >
        <DropdownMenuLabel>
          <span className="block font-medium break-all">{label}</span>
          <span className="mt-1.5 flex flex-wrap gap-1">
            {roles.map((role) => (
              <Badge key={role}>{role}</Badge>
            ))}
          </span>
        </DropdownMenuLabel>
        <Separator />
        <DropdownMenuItem asChild>
          <Link href="/outbox">
            <MailIcon aria-hidden /> Notifications
          </Link>
        </DropdownMenuItem>
        <DropdownMenuItem asChild>
          <Link href="/preferences">
            <BellIcon aria-hidden /> Notification preferences
          </Link>
        </DropdownMenuItem>
        <DropdownMenuItem
          onSelect={() => {
            isSheetWanted.current = true;
          }}
        >
          <KeyboardIcon aria-hidden /> Keyboard shortcuts
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={() => void signOut({ callbackUrl: "/sign-in" })}>
          <LogOutIcon aria-hidden /> Sign out
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
