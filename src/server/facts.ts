// What `secure-room doctor` has seen of a machine, which examine.ts gathers, and what doctor.ts finds in that. Shapes only.

/** "bad" keeps it from working, "poor" will hurt some day or some guests. */
export type Verdict = "good" | "poor" | "bad";

export interface Finding {
  readonly what: string;
  readonly verdict: Verdict;
  /** What is so and, unless it is good, what to do. */
  readonly text: string;
}

/** What was seen on the machine; null where it could not be told. */
export interface Facts {
  readonly nowMs: number;
  readonly folder: FolderFacts;
  readonly salt: SaltFacts;
  readonly certificate: CertificateFacts;
  /** What an ACME authority will find; null where none is asked. */
  readonly authority: AuthorityFacts | null;
  readonly listensOn: "port" | "socket";
  readonly place: PlaceFacts;
  /** The ports that are listened on besides. */
  readonly besides: readonly BesideFacts[];
  readonly descriptorLimit: number | null;
  /** Whether the system says that its clock follows a time server. */
  readonly clockSynchronised: boolean | null;
  /** Of the machine or of the container, whichever is less, bytes. */
  readonly memoryBytes: number;
  readonly reach: ReachFacts;
}

/** The folder that keeps certificate and salt: whether what is missing in it can be made. */
export type FolderFacts =
  /** Not there yet, and can be made. */
  | { readonly state: "none"; readonly path: string }
  | { readonly state: "writable"; readonly path: string }
  /** What is in it can be used. */
  | { readonly state: "fixed"; readonly why: string }
  | { readonly state: "refused"; readonly why: string };

export type SaltFacts =
  | { readonly state: "none" }
  /** In base64url. */
  | { readonly state: "found"; readonly salt: string }
  | { readonly state: "unusable"; readonly why: string };

/** Whose certificate it is: of --cert, of an ACME authority, of this machine's own one, or made and signed by itself. */
export type Source = "files" | "acme" | "local-ca" | "made";

export type CertificateFacts =
  | { readonly state: "proxy" }
  | { readonly state: "none"; readonly from: Source }
  | { readonly state: "unusable"; readonly why: string }
  | {
      readonly state: "found";
      readonly from: Source;
      readonly expiresAtMs: number;
      /** When a running relay renews it, null where it does not. */
      readonly renewsAtMs: number | null;
      readonly names: string;
    };

export interface AuthorityFacts {
  readonly domain: string;
  /** The port of the domain that the authority asks. */
  readonly comesTo: number;
  /** The port that must get it here. */
  readonly here: number;
  /** What DNS has for the domain; none for the reason `why`. */
  readonly addresses: readonly string[];
  readonly why?: string;
  /** Whether all of them are this machine's. */
  readonly isHere?: boolean;
}

export type PlaceFacts =
  | { readonly state: "free" }
  /** A socket that nobody answers on. */
  | { readonly state: "left" }
  | { readonly state: "taken"; readonly by: Holder }
  | { readonly state: "refused"; readonly why: string };

export type PortFacts =
  | { readonly state: "free" }
  | { readonly state: "taken" }
  | { readonly state: "refused"; readonly why: string };

export type BesideFacts = PortFacts & {
  /** `--metrics-port` */
  readonly flag: string;
  readonly port: number;
};

/** Who listens there: something that does not answer, that is no secure-room, or a relay. */
export type Holder =
  | "nobody"
  | "stranger"
  | {
      readonly version: string;
      /** Whether it has the salt of our folder, null where there is none to compare with. */
      readonly ours: boolean | null;
      /** Whether it has TLS as the flags say. */
      readonly sameTls: boolean;
    };

export type ReachFacts =
  | { readonly state: "unknown" }
  | { readonly state: "silent"; readonly url: string; readonly why: string }
  | { readonly state: "stranger"; readonly url: string }
  | {
      readonly state: "found";
      readonly url: string;
      readonly version: string;
      /** Whether it has the salt of our folder, null where there is none to compare with. */
      readonly ours: boolean | null;
      readonly trusted: boolean;
      /** The answering clock less ours. */
      readonly clockAheadMs: number | null;
      /** Whether an upgrade came through. */
      readonly webSockets: boolean;
    };
