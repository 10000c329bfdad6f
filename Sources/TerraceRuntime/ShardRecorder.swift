public import TerraceCore

/// What a shard writes down, so that another run can go on where this one stops: what came in, before the engine takes it, and
/// what goes out, before it is sent. Books and heartbeats are left out: venues tell them anew.
///
/// Everything is called on the shard's loop and returns at once. What can't be written down makes `isFailing` true; as long as it
/// is, the shard sends no new order. It may turn false again only where nothing was lost meanwhile: marks of what the venues have
/// told (`Event.fillsKnown`) would otherwise stand behind fills that are not recorded.
public protocol ShardRecorder: AnyObject, Sendable {
    /// Whether what happens can't be recorded.
    var isFailing: Bool { get }
    /// What came in.
    func record(_ event: Event, at time: Timestamp)
    /// What is about to be sent.
    func record(_ command: Command, at time: Timestamp)
    /// What the engine did of itself.
    func record(_ fact: EngineFact, at time: Timestamp)
    /// A strategy came, changed or went, before anything follows from it.
    func record(_ change: StrategyChange, of strategy: StrategyIndex, at time: Timestamp)
    /// A digest of the engine's state.
    func record(stateHash: UInt64, at time: Timestamp)
}

/// What happened to a strategy while a shard ran.
public enum StrategyChange: Sendable {
    /// It quotes by this definition from now on; `configuration` is what it was bound from, as JSON.
    case defined(StrategyDefinition, configuration: String)
    /// It was taken off.
    case removed
}

extension Event {
    /// Whether a shard writes it down.
    var isRecorded: Bool {
        switch self {
        case .market(.trade), .order, .balance, .fillsKnown, .control: true
        case .connection(_, .heartbeat), .market, .turn: false
        case .connection: true
        }
    }
}

extension Command {
    /// Whether a shard writes it down: what concerns books alone is asked for anew by every run.
    var isRecorded: Bool {
        switch self {
        case .place, .amend, .cancel, .query: true
        case .resnapshot, .follow, .unfollow: false
        }
    }

    /// What the engine is told where the command is not sent; nil for one that makes no order, which is sent all the same.
    var refusal: OrderReport? {
        switch self {
        case .place(let instrument, let order, _, _, _):
            OrderReport(instrument: instrument, order: order, outcome: .rejected(.other))
        case .amend(let instrument, let order, _, _, _):
            OrderReport(instrument: instrument, order: order, outcome: .amendRejected(.other))
        case .cancel, .query, .resnapshot, .follow, .unfollow: nil
        }
    }
}
