/// What an engine is told once, before anything is registered.
public struct EngineConfiguration: Sendable {
    /// The venues, by `VenueIndex`; at most 64.
    public var venues: [VenueDefinition]
    /// How many coins there are; `AssetIndex`es are below it.
    public var assetCount: Int
    /// Which engine this is: part of every client order id.
    public var instance: UInt32
    /// The first client order sequence: from `ClientOrderID.firstSequence(at:)`, so that a restart repeats none.
    public var firstSequence: UInt64
    /// From this all random draws come.
    public var seed: UInt64
    /// A book without any update for this long is stale.
    public var bookAgeLimitNanoseconds: Int64
    /// A venue without any sign of life for this long is stale, and so are all its books.
    public var feedSilenceNanoseconds: Int64
    /// An order command without an answer for this long is unknown, and queried.
    public var responseTimeoutNanoseconds: Int64
    /// After a refusal by the venue a slot waits this long.
    public var refusalHoldNanoseconds: Int64
    /// When evaluations come later than this after the update that asked for them, priority classes are shed.
    public var shedLatenessNanoseconds: Int64
    /// The desk is stopped when its profit in a quote coin falls below minus this.
    public var maximumLoss: [(asset: AssetIndex, loss: Amount)]

    /// `venues` and coins, with every limit at its default.
    public init(venues: [VenueDefinition], assetCount: Int) {
        self.venues = venues
        self.assetCount = assetCount
        self.instance = 1
        self.firstSequence = 1
        self.seed = 1
        self.bookAgeLimitNanoseconds = 60_000_000_000
        self.feedSilenceNanoseconds = 5_000_000_000
        self.responseTimeoutNanoseconds = 2_000_000_000
        self.refusalHoldNanoseconds = 500_000_000
        self.shedLatenessNanoseconds = 100_000_000
        self.maximumLoss = []
    }
}

/// What an engine knows of a venue.
public struct VenueDefinition: Sendable {
    /// The name, such as `binance`.
    public var name: String
    /// How many orders the account may send in the window; zero for no limit.
    public var ordersPerWindow: Int
    /// The window.
    public var windowNanoseconds: Int64
    /// Whether cancels count as orders.
    public var cancelsCount: Bool
    /// Whether positions are margined, as those of perpetuals are: orders of either side reserve the quote coin, in full, and a
    /// fill moves no coin but its fee. What it gained or lost comes with the venue's next balance.
    public var isMargined: Bool

    /// A venue that takes `ordersPerWindow` orders in `windowNanoseconds`.
    public init(
        name: String, ordersPerWindow: Int = 0, windowNanoseconds: Int64 = 10_000_000_000, cancelsCount: Bool = false,
        isMargined: Bool = false
    ) {
        self.name = name
        self.ordersPerWindow = ordersPerWindow
        self.windowNanoseconds = windowNanoseconds
        self.cancelsCount = cancelsCount
        self.isMargined = isMargined
    }
}

/// Why a strategy can't be registered as it is.
public enum RegistrationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another strategy has the id (or, one in 4 billion, the same 32-bit hash of it).
    case duplicateIdentifier(String)
    /// The pair is not registered.
    case unknownPair
    /// The strategy names no venue, or one on which its pair has no instrument.
    case unknownVenue
    /// More than 32,767 slots, or with those whose old orders are not gone yet more than 65,535.
    case tooManySlots(Int)
    /// All strategies of a pair together have more lines on a venue than our own orders can be told apart in.
    case tooManyLines(Int, most: Int)
    /// The strategy has no line.
    case noLines
    /// A strategy of this id was removed, and its last orders are not gone yet.
    case stillCancelling(String)
    /// A strategy of this id was removed from another pair, and holds a position there.
    case holdsPosition(String)
    /// There is no such strategy.
    case unknownStrategy

    /// What happened and what to do.
    public var description: String {
        switch self {
        case .duplicateIdentifier(let id): "strategy id \"\(id)\" is taken: give every strategy its own"
        case .unknownPair: "the strategy's pair is not registered: add the pair first"
        case .unknownVenue: "the strategy quotes on a venue where its pair has no instrument"
        case .tooManySlots(let count):
            "the strategy has \(count) slots, more than an order id can name: split it, or wait until old orders are gone"
        case .tooManyLines(let count, let most):
            "the strategies of this pair would have \(count) lines on one venue; \(most) are possible: take some off"
        case .noLines: "the strategy has neither a top-of-book line nor a passive line"
        case .stillCancelling(let id):
            "the orders of the removed strategy \"\(id)\" are not all gone: try again shortly"
        case .holdsPosition(let id):
            "the removed strategy \"\(id)\" holds a position in another pair: close it first, or take another id"
        case .unknownStrategy: "there is no strategy with this index"
        }
    }
}
