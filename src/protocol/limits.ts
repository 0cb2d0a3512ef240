// The numbers that no flag changes, those of PROTOCOL.md and those that relay and client set themselves, each with its unit
// in its name, its reason, and who enforces it. Those that a host may change are in relay-limits.ts.

import { dayMs, kiB, miB, minuteMs, secondMs } from "./units.ts";

// ── the protocol, and what relay and client do by themselves ─────────────────────────────────────────────────

export const subprotocol = "secure-room.1";
export const protocolVersion = 1;

/** Section 1: clients. OWASP asks for 210,000 with SHA-512. Never taken from the relay. */
export const pbkdf2Rounds = 600_000;
export const saltBytes = 32;
export const accessBytes = 16;
export const seatBytes = 32;
export const logIdBytes = 16;
/** Section 1: a phrase after normalisation, in UTF-8. */
export const maxPhraseBytes = 1024;
/** A generated phrase: words drawn at random, and one that follows from them. */
export const drawnWords = 7;
export const phraseWords = drawnWords + 1;
export const maxNameGraphemes = 32;
export const maxNameBytes = 128;

/** Section 2: the padded plaintext of the largest envelope. */
export const maxPlaintextBytes = 62 * kiB;
export const maxTextBytes = 16 * kiB;
/** The last instant a `Date` can hold (ECMA-262, section 21.4.1.1). */
export const maxTimeMs = 8.64e15;
/** One emoji with all its joiners and modifiers; the longest in Unicode 16 takes 35. */
export const maxEmojiBytes = 64;
export const maxTopicBytes = 256;
export const maxFileNameBytes = 255;
export const maxMediaTypeBytes = 127;
/** Content is sealed in chunks of so much, the STREAM construction as age has it. */
export const fileChunkBytes = 64 * kiB;
export const fileIdBytes = 16;
export const fileSecretBytes = 32;
/** A sealed hello as the relay will hold it for a member, tag included. */
export const maxHelloBytes = 1040;

/** Section 3: how long a connection that broke keeps its seat and name. Relay. */
export const awayMs = 60 * secondMs;
/** How long the holder of a wanted name has to answer a ping. Relay. */
export const nameProbeMs = 5 * secondMs;
/** Heartbeat: so long a silence is followed by a ping. Relay. */
export const pingAfterMs = 25 * secondMs;
export const pongWithinMs = 20 * secondMs;
/** Heartbeat. Client. */
export const quietBeforePingMs = 25 * secondMs;
export const answerWithinMs = 10 * secondMs;
/** The fallback: something is said on a stream at least this often, because proxies cut what is silent for 30 s. Relay. */
export const streamCommentEveryMs = 15 * secondMs;
/** The fallback: when to post again while another post of the same seat is on its way. Relay. */
export const retryBusyMs = secondMs;
/** The fallback: the longest event, in characters: a frame of 64 KiB in base64url, with its name. Client. */
export const maxEventLength = Math.ceil((64 * kiB * 4) / 3) + 64;
/** A WebSocket that has not opened by then is tried through the fallback, within the same dial. Client. */
export const webSocketWithinMs = 8 * secondMs;
/** How long after a WebSocket failed the fallback goes first, once it has worked. Client. */
export const fallbackFirstMs = 10 * minuteMs;
/** How often the relay looks for what has run out: joins, names, seats, ages, heartbeats. */
export const sweepEveryMs = 500;
/** What of an answer is handed to one reader's socket at a time: who does not take it in the time of a head is cut. Relay. */
export const answerSliceBytes = 16 * kiB;
/**
 * Of a file, once more than `systemTakesBytes` have gone, the next slice has so long. The system takes what is sent in steps:
 * a third of what it holds must have been read before it takes more, and of a long answer it holds up to 4 MiB. Relay.
 */
export const readerWithinMs = minuteMs;
export const systemTakesBytes = 256 * kiB;
/** Of a refused body that is no longer than this the rest is waited for, so that the connection can stay. Relay. */
export const shortBodyBytes = 64 * kiB;
/** What of a body must come in the time of a head, 400 bytes a second: less counts as standing still. Relay. */
export const leastBodyBytes = 4 * kiB;
/** Of a refused body: how many pieces may have less than `leastPieceBytes`, until the rest makes up for it. Relay. */
export const mostSmallPieces = 1_000;
export const leastPieceBytes = 256;
/** How long a closed connection may take to say goodbye before it is cut. Relay. */
export const closeWithinMs = 5 * secondMs;
/** The same for a WebSocket, which is closed because of what its peer did or did not do: it has held a place long enough. */
export const closeAnswerWithinMs = 1.5 * secondMs;
/** What is still read of it meanwhile, for the close frame in it: who says more is cut. Relay. */
export const mostClosingBytes = 1024 * kiB;
/** The same when the relay itself is stopping. */
export const farewellMs = 250;
/** How long guests may take to answer the close frame when the person at the keyboard waits for the end. Relay. */
export const goodbyeMs = secondMs;
/** A second signal within this is the same Ctrl-C, come by two ways: the terminal sends it, and npm passes it on. Relay. */
export const sameSignalMs = 500;
/**
 * Sockets of one address, TLS or not yet: so many for each connection it may have, and so many beside them for the page,
 * of which a browser loads six at a time. Relay.
 */
export const socketsPerConnectionOfIp = 2;
export const spareSocketsOfIp = 16;
/** How long a socket may wait for its next request, and how many it may carry. Relay. */
export const keepAliveMs = 5 * secondMs;
export const maxRequestsPerSocket = 1_000;
/**
 * A relay that was idle for less than `busyIdleShare` of at least `loadEveryMs` gathers what it forwards for up to
 * `flushWindowMs` instead of one tick, so that one write carries more: if rooms that have any messages in a stretch of
 * `flushWindowMs` have more than `worthGathering` of them on average. Being idle for more than `calmIdleShare`, or fewer
 * messages, end it again. Relay.
 */
export const flushWindowMs = 10;
export const loadEveryMs = 100;
export const busyIdleShare = 0.04;
export const calmIdleShare = 0.15;
export const worthGathering = 1.1;
/**
 * In a room of so many connections, those in replay among them, who comes and goes, and the next part of a replay, waits
 * up to so long after a text to everybody, less when a message takes it along: each time is a write to all of them, and
 * n who come one by one would cost n². Relay.
 */
export const crowdMembers = 50;
export const tellCrowdEveryMs = 100;
/**
 * Node's TLS begins with a buffer of 1 KiB: a hello goes into it in pieces of at most `firstPieceBytes`, and so does the
 * first write to a socket, unless that is longer than `mostFirstBytes` in all. Relay.
 */
export const firstPieceBytes = 960;
export const mostFirstBytes = 16 * kiB;
/** What waits in one room before it is flushed within the tick. Relay. */
export const flushAtBytes = 256 * kiB;
/** What a replay may have queued in one socket before it waits for the reader. Relay. */
export const replayQueueBytes = 256 * kiB;
/** A dial that has not opened by then has failed: a browser's own patience is minutes. Client. */
export const dialWithinMs = 15 * secondMs;
/** When the tab wakes, a dial that has been silent for so long begins anew: the network it went over may be gone. Client. */
export const redialQuietMs = 3 * secondMs;
/** Full jitter between these when dialling again. Client. */
export const retryFirstMs = 500;
export const retryMostMs = 30 * secondMs;
/**
 * What a kept frame, a file, a room and a seat are charged beside their bytes: the measured cost of their objects, and of a
 * frame the space that is left in its buffer (370 to 700 in all on Node 20, the more the fewer its room has).
 */
export const frameChargeBytes = 640;
export const fileChargeBytes = 2 * kiB;
export const roomChargeBytes = 2 * kiB;
export const seatChargeBytes = 2 * kiB;
/**
 * A room's messages lie in buffers of at most so much, each a `slabShare` of what the room holds already; longer ones than
 * `aloneAboveBytes` alone in buffers as long as they are. From `leastPooledBytes` on those of a power of two are used again, by
 * any room; `maxPooledBytes` of each length wait for that. Relay.
 */
export const maxSlabBytes = 64 * kiB;
export const slabShare = 0.25;
export const aloneAboveBytes = 8 * kiB;
export const leastPooledBytes = 16 * kiB;
export const maxPooledBytes = 4 * miB;
/** Of the descriptors a process may open, the part that guests may have by default. Relay. */
export const connectionsPerDescriptor = 0.8;
/** The part that the port for plain HTTP may have beside them: each of its sockets is answered and gone. Relay. */
export const httpSocketsPerDescriptor = 0.1;
/** Sockets accepted above `maxConnections`, so that the page still loads and who is refused is told so. Relay. */
export const socketsPerConnection = 1.2;
export const spareSockets = 16;
/** What the process itself keeps open: standard streams, the event loop, the listening socket, a file being read. Relay. */
export const spareDescriptors = 32;
/** How often Node looks for requests whose head is late; its own value is half a minute. Relay. */
export const headCheckEveryMs = secondMs;
/** How often the log is told what was refused: seldom enough that a flood is no flood there too. Relay. */
export const reportEveryMs = 10 * secondMs;
/** Pairs of address and reason that one such report tells apart. Relay. */
export const maxOffences = 1_000;
/** The port for metrics: one or two machines look at it, at once. Relay. */
export const metricsSockets = 16;
export const metricsTimeoutMs = 5 * secondMs;
/** An answer of an authority that gives certificates: a chain of three has 6 KB, some are longer. Relay. */
export const maxAuthorityAnswerBytes = 256 * kiB;
/** When to try again where there was no place: nobody knows when one is free, and asking is cheap. Relay. */
export const retryFullMs = 10 * secondMs;
/** What `secure-room doctor` waits for each of its questions, and reads of an answer. It asks one address, its own. */
export const examineTimeoutMs = 5 * secondMs;
export const maxFactsBytes = 64 * kiB;

// ── client-side bounds on what a peer controls ───────────────────────────────────────────────────────────────

/** Entries one screen keeps; the oldest leave the screen. */
export const maxTimelineEntries = 5_000;
/** Different emoji under one message; further ones are not shown. */
export const maxReactionsPerMessage = 32;
/**
 * Signing keys, each under a name, that one tab tells apart. None is forgotten, because a forgotten one could be
 * played again or spoken for; above the limit a new one does not open.
 */
export const maxKnownKeys = 16_384;
/** Messages under one key: far more than anybody says, and the bound of SP 800-38D for random nonces. */
export const maxCounter = 2 ** 32 - 1;
/** The longest that a client lets a relay put it off. */
export const maxRetryAfterMs = 5 * minuteMs;
/** Separate gaps remembered per key; above it nothing below the end of the oldest is taken for seen any more. Client. */
export const maxGapsPerKey = 64;
/** Deletions remembered per key, against copies that come later; above it the oldest is forgotten. Client. */
export const maxDeletionsPerKey = 1_000;
/** Sender keys held ready; above it the oldest is derived again when needed. */
export const maxSenderKeys = 256;
/** The longest that a timer, and so a message, can last, in seconds: ten years. */
export const maxTimerSeconds = 10 * 365 * 24 * 60 * 60;
/** Members a client lists; a relay that names more is not believed. */
export const maxRosterMembers = 4_096;
/** Combining marks drawn on one letter. Hebrew with all its signs takes five; a tower of them covers other lines. Client. */
export const maxMarksPerLetter = 6;
/** The longest address, in characters, that is made a link: what browsers and servers take without complaint. Client. */
export const maxLinkLength = 2_048;
/** Marks, links, list items and so on in one text; what comes behind them is text. No letter has so many, a joke may. Client. */
export const maxMarksPerText = 1_000;
/** Quotes and lists inside one another; what is deeper is text. Client. */
export const maxBlockDepth = 4;
/** What a tab holds to bring a room back: as much as a relay keeps by default. */
export const maxArchiveFrames = 500;
export const maxArchiveBytes = 4 * miB;
/** Before it brings anything back a client waits up to so long, by chance: somebody else may be at it. */
export const bringBackWithinMs = 2 * secondMs;
/** Frames on their way at once while bringing back: few, so that what others have brought meanwhile is not sent again. */
export const bringBackWindow = 16;
/** Bringing back that gets on by nothing for so long is given up until the next line. Client. */
export const bringBackStalledMs = 10 * secondMs;
/** What others have brought back is counted once nothing more has come for so long. Client. */
export const broughtBackQuietMs = secondMs;
/** Who is told the timer is told within this, by chance, so that one speaks for all. Client. */
export const timerWordWithinMs = 2 * secondMs;
/** Messages of one log that a tab remembers to have come by; the oldest are forgotten, and would be doubles again. */
export const maxCameBy = 20_000;
/** Receipts go out together, at most so often. Client. */
export const receiptEveryMs = 2 * secondMs;
/** By how much an author's clock may be behind for what it says to disappear to be read all the same. Client. */
export const maxClockBehindMs = dayMs;
/** A tab that slept looks at what has ended meanwhile within this: timers may stand still in sleep, the clock does not. */
export const longestWaitMs = minuteMs;
/** Content that a tab opens: it is held whole until its last chunk has proved it. */
export const maxOpenedFileBytes = 512 * miB;
/** Pictures up to this size are fetched without being asked for. */
export const unaskedPictureBytes = 1_000_000;
/** Content of pictures, sound and film that a tab shows at once; what was shown first goes back to being a button. */
export const maxShownFileBytes = 256 * miB;
/** The longer side of a picture after it has been redrawn, in pixels: enough for any screen it is looked at on. */
export const maxPicturePixels = 2_048;
/** What a tab keeps, as sealed, of the files it has sent, to bring them back when the relay has lost them. */
export const maxKeptFileBytes = 64 * miB;
/** An upload of which nothing has gone out for so long is taken for broken. Longer than any wait for a full bucket. */
export const uploadStallMs = 30 * secondMs;
/** How often an upload that breaks while the room is live is tried again by itself. */
export const maxUploadTries = 5;
/** A voice note ends by itself after so long. */
export const maxVoiceMs = 10 * minuteMs;
/** Who writes says so at most so often, and counts as idle when nothing was heard for so long. Client. */
export const typingEveryMs = 3 * secondMs;
export const typingLastsMs = 6 * secondMs;
/** Messages said and not yet echoed. */
export const maxOutbox = 1_000;
/** Their texts together, in UTF-8: so many still fit into a browser's sessionStorage (5 MiB) over a reload. Page. */
export const maxUnsentBytes = miB;
/** Rooms that one tab has open at once. Page. */
export const maxOpenRooms = 8;
/** How long a page waits for the tab that may hold its key: one that was reloaded is gone by then. Page. */
export const claimWithinMs = secondMs;
/** How long after a reload a room that could not come back is tried again. Page. */
export const comeBackEveryMs = 5 * secondMs;
/** A page that was asked whether it may end, and is still there so long after, has stayed. Page. */
export const stayedAfterMs = 10 * secondMs;
