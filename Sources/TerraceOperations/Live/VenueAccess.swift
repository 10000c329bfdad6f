public import TerraceVenues

/// A venue of a desk as it is asked before a run: its addresses, its key, and how far its clock is from ours.
public struct VenueAccess: Sendable {
    /// The venue.
    public let venue: LiveVenue
    /// The facts of its protocol.
    public let traits: VenueTraits
    /// Where it is, by the configuration or its own word.
    public let endpoints: VenueEndpoints
    /// What signs; nil where there is no key.
    public let credentials: VenueCredentials?
    /// Certificates that are trusted beside the system's; nil for none.
    public let certificateFile: String?
    private let network: VenueNetwork
    /// What the venue's clock shows more than ours, in milliseconds; zero until it was compared.
    public var skewMilliseconds: Int64 = 0

    /// How many pages of a list are read.
    static let mostPages = 200

    /// The access to `venue` as `configured`.
    public init(
        _ venue: LiveVenue, _ configured: VenueConfiguration, credentials: VenueCredentials?, _ network: VenueNetwork
    ) {
        self.venue = venue
        self.traits = venue.bare.traits
        self.endpoints = configured.endpoints.over(self.traits.endpoints)
        self.credentials = credentials
        self.certificateFile = configured.certificateFile
        self.network = network
    }

    /// One of its addresses.
    public func endpoint(_ base: String) -> VenueNetwork.Endpoint {
        VenueNetwork.Endpoint(
            venue: self.venue.name, base: base, certificateFile: self.certificateFile,
            limitHeaders: self.traits.limitHeaders)
    }

    // MARK: Public

    /// Compares the clocks: half of the round trip is taken off. The skew is kept.
    ///
    /// - Returns: How long the round trip took, in milliseconds.
    public mutating func compareClocks() async throws(VenueAccessError) -> Int64 {
        let dialect = self.venue.bare
        let request = dialect.timeRequest
        let sent = self.network.milliseconds()
        let (_, body) = try await self.answer(to: request)
        let received = self.network.milliseconds()
        let time: Int64
        do throws(WireError) {
            time = try dialect.time(body.span)
        } catch {
            throw .strange(request.summary, error.description)
        }
        let roundTrip = max(0, received - sent)
        let (skew, overflow) = time.subtractingReportingOverflow(sent + roundTrip / 2)
        guard !overflow else { throw .strange(request.summary, "it tells the time \(time)") }
        self.skewMilliseconds = skew
        return roundTrip
    }

    /// The venue's list of instruments, all pages of it.
    public func listing() async throws(VenueAccessError) -> InstrumentListing {
        let dialect = self.venue.bare
        var whole = InstrumentListing()
        var page: String?
        for _ in 0..<Self.mostPages {
            let request = dialect.instrumentsRequest(page: page)
            let (_, body) = try await self.answer(to: request)
            do throws(WireError) {
                let part = try dialect.listing(body.span)
                whole.instruments += part.instruments
                whole.refused += part.refused
                page = part.nextPage
            } catch {
                throw .strange(request.summary, error.description)
            }
            if page == nil { return whole }
        }
        throw .endless("the list of instruments")
    }

    /// Whether a stream opens.
    public func connect(_ base: String, _ target: String) async throws(VenueAccessError) {
        if let reason = await self.network.connect(self.endpoint(base), target) { throw .unreachable(base, reason) }
    }

    private func answer(to request: VenueRequest) async throws(VenueAccessError) -> (VenueAnswer, [UInt8]) {
        switch await self.network.fetch(self.endpoint(self.endpoints.rest), request) {
        case .failed(.notSent(let reason)), .failed(.noAnswer(let reason)):
            throw .unreachable(self.endpoints.rest, reason)
        case .answered(let answer, let body):
            guard (200..<300).contains(answer.status) else { throw .status(request.summary, answer.status) }
            return (answer, body)
        }
    }

    // MARK: Account

    /// What the venue answers to a command, all pages of it, on these instruments.
    public func ask(
        _ command: AccountCommand, _ instruments: [FeedInstrument] = []
    ) async throws(VenueAccessError) -> (answer: VenueAnswer, events: [AccountEvent]) {
        let dialect = self.venue.make(instruments, self.credentials)
        var command = command
        var events: [AccountEvent] = []
        for _ in 0..<Self.mostPages {
            let request = dialect.request(command, at: self.network.milliseconds() + self.skewMilliseconds)
            let answer: VenueAnswer
            let body: [UInt8]
            switch await self.network.fetch(self.endpoint(self.endpoints.rest), request) {
            case .failed(.notSent(let reason)), .failed(.noAnswer(let reason)):
                throw .unreachable(self.endpoints.rest, reason)
            case .answered(let told, let content): (answer, body) = (told, content)
            }
            switch dialect.read(answer, body.span, to: command, into: &events) {
            case .done: return (answer, events)
            case .more(let cursor):
                guard let next = command.page(cursor) else { return (answer, events) }
                command = next
            case .refused(let reason, let code): throw .refused(request.summary, reason, code: code)
            case .limited(let nanoseconds, let isBan, _): throw .limited(nanoseconds: nanoseconds, isBan: isBan)
            case .clockOff: throw .clockOff(self.skewMilliseconds)
            case .keyRefused(let code): throw .keyRefused(code: code)
            case .unknown: throw .status(request.summary, answer.status)
            }
        }
        throw .endless(dialect.request(command, at: 0).summary)
    }

    /// Which share of its limits is used, by what an answer says.
    public func usage(_ answer: VenueAnswer) -> (weight: Double?, orders: Double?) { self.venue.bare.usage(answer) }

    /// Opens the private stream, without logging in.
    public func connectAccount() async throws(VenueAccessError) {
        var key = ""
        if self.traits.listenKeySeconds > 0 {
            for case .listenKey(let told) in try await self.ask(.createListenKey).events { key = told }
        }
        let target = self.venue.make([], self.credentials).accountTarget(listenKey: key)
        try await self.connect(self.endpoints.account, target)
    }
}

extension AccountCommand {
    /// The same command for a page that follows; nil where it has no pages.
    func page(_ cursor: String) -> AccountCommand? {
        switch self {
        case .fills(let slot, let trade, let since, let until, _):
            .fills(slot: slot, fromTrade: trade, since: since, until: until, cursor: cursor)
        case .openOrders: .openOrders(cursor: cursor)
        case .place, .amend, .cancel, .placeAll, .cancelAll, .cancelEverything, .order, .orderOfNumber, .fillsOfOrder,
            .balances,
            .permissions, .deadMan, .createListenKey, .renewListenKey:
            nil
        }
    }
}
