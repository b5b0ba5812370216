// The words of the public interface: what a caller may ask for and what a tree answers.
// Types only; every default named here is applied in options.ts.

/** The kernel feature that holds a tree together. */
export type Mechanism = 'job' | 'cgroup' | 'namespace' | 'subreaper' | 'group';

/**
 * A named way in which a member could leave its tree under a mechanism.
 *
 * - `broker`: a service that already runs (systemd, cron, a container engine) is asked to start a process.
 * - `gained-privilege`: a member takes on rights that the guard does not have (sudo).
 * - `guard-killed`: somebody kills the guard, and a member leaves before its death is noticed.
 * - `owner-and-guard-killed`: owner and guard are killed in the same instant.
 * - `fast-double-fork`: a process forks twice and loses its parents before it has been seen.
 * - `hidden-proc`: /proc does not show all processes of the tree.
 * - `unrecorded`: no record could be written, so nobody finds the tree after a crash.
 */
export type EscapeRoute =
  | 'broker'
  | 'gained-privilege'
  | 'guard-killed'
  | 'owner-and-guard-killed'
  | 'fast-double-fork'
  | 'hidden-proc'
  | 'unrecorded';

/** The terms on which a tree lives. */
export interface ContainmentOptions {
  /**
   * `auto` takes the strongest mechanism that changes nothing the program can see.
   * @default 'auto'
   */
  readonly mechanism?: 'auto' | Mechanism | undefined;
  /**
   * Only a mechanism that leaves no route open but `broker`: a PID namespace on Linux. The pids the program sees
   * are then those of its namespace.
   * @default false
   */
  readonly strict?: boolean | undefined;
  /**
   * Routes that must be closed, or nothing is started. `broker` cannot be closed and is always refused.
   * @default []
   */
  readonly refuse?: readonly EscapeRoute[] | undefined;
  /**
   * Whose death ends the tree. Without a start time the process that has the pid now is meant.
   * @default this JavaScript environment (the process, or the Worker)
   */
  readonly owner?: { readonly pid: number; readonly startTime?: bigint | undefined } | undefined;
  /**
   * What becomes of the other members when the root has ended; `wait` lets them live.
   * @default 'kill'
   */
  readonly whenRootExits?: 'kill' | 'terminate' | 'wait' | undefined;
  /**
   * What the guard does with the tree when the owner dies. If the guard was killed with it, recovery ends the tree
   * later, by SIGKILL at once.
   * @default 'kill'
   */
  readonly whenOwnerDies?: 'kill' | 'terminate' | undefined;
  /**
   * Milliseconds between the polite signal and the hard one.
   * @default 5000
   */
  readonly grace?: number | undefined;
  /** A name for people, `[A-Za-z0-9._-]{1,64}`. */
  readonly label?: string | undefined;
  /** Not supported by this version: anything but `undefined` is an error. */
  readonly limits?:
    | {
        /** Bytes. */
        readonly memory?: number | undefined;
        readonly processes?: number | undefined;
        /** Cores. */
        readonly cpu?: number | undefined;
      }
    | undefined;
}

/** Why a tree came to its end. `ended`: all members of a `wait` tree ended by themselves. */
export type EndReason =
  | 'kill'
  | 'terminate'
  | 'timeout'
  | 'abort'
  | 'owner-died'
  | 'root-exited'
  | 'ended'
  | 'limit'
  | 'guard-died'
  | 'released'
  | 'not-started';

/** Who a process is: a pid alone is never an identity. */
export interface Identity {
  readonly pid: number;
  /**
   * Linux: clock ticks after boot, field 22 of /proc/pid/stat. Windows: the time of creation, in units of 100 ns since
   * 1601.
   */
  readonly startTime: bigint;
}

/** A live process of a tree. */
export interface Member extends Identity {
  readonly ppid: number;
  /** The letter of /proc/pid/stat: `R`, `S`, `D`, `T`, `Z` and so on. Windows: always `R`. */
  readonly state: string;
  /** Chosen by the process itself: escape it before printing. */
  readonly name: string;
  /** Processor time so far; like the next two absent where the system does not tell. */
  readonly cpuMicroseconds?: number;
  /** Resident memory. */
  readonly memoryBytes?: number;
  /** Time since its start. */
  readonly ageMs?: number;
}

/** What a tree consumes now. */
export interface Usage {
  readonly processes: number;
  readonly cpuMicroseconds: number;
  readonly memoryBytes: number;
}

/** A member that could not be ended. */
export interface Survivor extends Identity {
  /**
   * `uninterruptible`, `denied` or `alive`; or `unheard`: nobody could tell what is left, and the root, or the guard,
   * stands for it.
   */
  readonly why: string;
  /** Chosen by the process itself: escape it before printing. */
  readonly name: string;
}

/** How a tree ended. */
export interface EndReport {
  readonly reason: EndReason;
  /** Members that ended during the grace. */
  readonly endedPolitely: number;
  /** Members that had to be killed. */
  readonly killed: number;
  /** From the begin of the end to its proof. */
  readonly durationMs: number;
  /** Empty when the end is proven. */
  readonly survivors: readonly Survivor[];
}

/** A root and everything it ever starts. */
export interface Tree {
  readonly id: string;
  readonly label?: string;
  /** Whose death ends the tree. */
  readonly owner: Identity;
  readonly mechanism: Mechanism;
  /** The routes that stay open under this mechanism, on this machine. */
  readonly escapable: readonly EscapeRoute[];
  /**
   * None once the tree is over.
   * @throws ContainmentError `ERR_HOLDFAST_NO_ANSWER` when the guard does not answer within 5 seconds
   */
  members(): Promise<readonly Member[]>;
  /** The same: all zero once the tree is over. */
  usage(): Promise<Usage>;
  /**
   * Sends a signal to every member.
   * @returns how many members got it, or a negative errno: -ETIMEDOUT when the guard did not answer within half a
   * second; it may still send the signal then
   */
  signal(signal?: NodeJS.Signals | number): number;
  /** Ends the tree politely, then hard; in the stead of its guard if that says nothing. */
  terminate(options?: {
    /** @default 'SIGTERM' */
    readonly signal?: NodeJS.Signals | undefined;
    /** @default the grace of the tree */
    readonly grace?: number | undefined;
  }): Promise<EndReport>;
  /** Ends the tree at once. Settles within 5 seconds, with survivors if need be. */
  kill(): Promise<EndReport>;
  /** Settles when no member is left. Never rejects; after a failed start the reason is `not-started`. */
  readonly empty: Promise<EndReport>;
  /**
   * Lets the tree live on after its owner. Returns when the guard has acknowledged it.
   * @throws ContainmentError when the tree could not be released; it is contained then as before. If the guard has not
   * answered (within a second when it is stopped, else within five) the tree is terminated, because what was asked of
   * the guard cannot be taken back
   */
  release(): void;
  /** Terminates the tree, unless it has been released. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * What a record says about its tree, seen from here and now.
 *
 * - `live`: a guard holds it.
 * - `released`: its members live on, whoever died.
 * - `abandoned`: owner and guard have died, and members may be left.
 * - `foreign`: it is of another machine, boot, pid namespace or user.
 * - `corrupt`: nothing that a guard has written.
 */
export type TreeState = 'live' | 'released' | 'abandoned' | 'foreign' | 'corrupt';

/** A process that a record names. What is known of a member is known of it only while it lives. */
export interface NamedProcess extends Identity, Partial<Omit<Member, keyof Identity>> {
  readonly alive: boolean;
}

/**
 * A tree of this user, whoever owns it, as its record and its guard describe it. `file` and the names of processes
 * are handed out as they were chosen by others: escape them before printing.
 */
export interface TreeInfo {
  /** Of a corrupt record, what its name says. */
  readonly id: string;
  readonly state: TreeState;
  /** Why it is foreign or corrupt, in words. */
  readonly reason?: string;
  /** The path of the record. What follows is known only of a record that can be read. */
  readonly record: string;
  readonly label?: string;
  readonly mechanism?: Mechanism;
  readonly escapable?: readonly EscapeRoute[];
  readonly owner?: NamedProcess;
  readonly guard?: NamedProcess;
  /** Absent when the guard had not told of it. */
  readonly root?: NamedProcess;
  /** The program, as it was asked for. */
  readonly file?: string;
  readonly created?: Date;
  /** What the guard says. Absent when none answers: it is dead, stopped, or of another machine. */
  readonly members?: readonly Member[];
}
