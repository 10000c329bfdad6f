/// A venue's protocol, as a set of pure functions between bytes and terms common to all venues. What it does with them, and
/// when, is the session's.
///
/// A dialect knows its instruments by slot, their place in the list it was made with, and its key. Requests are signed with
/// the venue's own time, in milliseconds since 1970, which the session reckons from the clock and the measured skew. Nothing
/// that a dialect gives to people holds a secret.
public protocol VenueDialect {
    /// Facts of the protocol.
    var traits: VenueTraits { get }
    /// The instruments, by slot.
    var instruments: [FeedInstrument] { get }

    // MARK: Before anything is traded; no key, no instruments

    /// Asks for the list of instruments; `page` is what the listing before said, nil for the first.
    func instrumentsRequest(page: String?) -> VenueRequest
    /// Reads it.
    func listing(_ body: Span<UInt8>) throws(WireError) -> InstrumentListing
    /// Asks for the venue's time.
    var timeRequest: VenueRequest { get }
    /// Reads it, as milliseconds since 1970.
    func time(_ body: Span<UInt8>) throws(WireError) -> Int64

    // MARK: Public streams

    /// A feed of the instruments at these slots, for one connection.
    func feed(_ slots: Range<Int>) throws(SymbolTable.Refusal) -> any VenueFeed
    /// Path and query of a public stream.
    var marketTarget: String { get }
    /// The message that subscribes (or no longer does) to book changes and trades of these slots.
    func subscription(_ slots: [Int], isOn: Bool, request: Int64) -> [UInt8]
    /// Asks for a book's snapshot; only where `traits.fetchesSnapshots`.
    func snapshotRequest(_ slot: Int) -> VenueRequest

    // MARK: The account

    /// The request for a command, signed at the venue's time `milliseconds`.
    func request(_ command: AccountCommand, at milliseconds: Int64) -> VenueRequest
    /// Reads the answer to a command.
    ///
    /// - Parameters:
    ///   - events: What it told is appended: states of orders, fills, balances. For a place the order's state only where
    ///     `traits.placeAnswerIsFinal`; for a batch the state of each order that the venue refused.
    func read(
        _ answer: VenueAnswer, _ body: Span<UInt8>, to command: AccountCommand, into events: inout [AccountEvent]
    ) -> AnswerOutcome
    /// Path and query of the private stream.
    func accountTarget(listenKey: String) -> String
    /// The message of login step `step` (from 0), or nil where the stream is ready; each is followed by
    /// `AccountEvent.stepDone` or `stepRefused`.
    func login(step: Int, at milliseconds: Int64) -> [UInt8]?
    /// A message that makes the private stream answer, as a sign of life; empty where there is none.
    var accountPing: [UInt8] { get }
    /// Reads a message of the private stream. What concerns nobody adds nothing.
    ///
    /// - Throws: `WireError` where it makes no sense: what it told must be found out by request.
    func readStream(_ bytes: Span<UInt8>, into events: inout [AccountEvent]) throws(WireError)
    /// Which share of the weight and order limits is used, by what an answer's headers say: 0 to 1, or beyond; nil where
    /// they do not say.
    func usage(_ answer: VenueAnswer) -> (weight: Double?, orders: Double?)
}

extension VenueDialect {
    /// Most venues take the same message on all streams.
    public var accountPing: [UInt8] { self.traits.pingText }
}
