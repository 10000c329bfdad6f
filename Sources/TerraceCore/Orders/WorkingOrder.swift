/// The life of one order of ours, from the command that places it to the proof that it no longer stands.
///
/// A pure state machine: reports go in, an effect comes out. It never decides what to quote. While it is not idle it counts
/// as open with everything that may still fill, at whichever price is worse, so that limits hold whichever report comes
/// first. Where each state leads:
///
/// ```
/// idle ─place→ placing ─accepted→ working ─amend→ amending ─amended→ working
///                                        └cancel→ cancelling ─cancelled→ idle
/// any ─unknown→ unknown ─found→ working, ─not found→ idle
/// ```
public struct WorkingOrder: Sendable, Equatable {
    /// Where the order is in its life.
    public private(set) var state: OrderState
    /// Which side it is on.
    public private(set) var side: Side
    /// Its id; of the last order while idle.
    public private(set) var id: ClientOrderID
    /// The price at which it stands, or was sent.
    public private(set) var price: Price
    /// The total quantity, the filled part included.
    public private(set) var quantity: Quantity
    /// The sum of the fills that were booked.
    public private(set) var filled: Quantity
    /// While amending: the price that was asked for.
    public private(set) var pendingPrice: Price
    /// While amending: the total quantity that was asked for.
    public private(set) var pendingQuantity: Quantity

    /// No order, on `side`.
    public init(side: Side) {
        self.state = .idle
        self.side = side
        self.id = .none
        self.price = .zero
        self.quantity = .zero
        self.filled = .zero
        self.pendingPrice = .zero
        self.pendingQuantity = .zero
    }

    /// What may still fill: the larger of the two totals while amending, less what was filled; never negative.
    public var open: Quantity {
        if self.state == .idle { return .zero }
        let total = self.state == .amending ? max(self.quantity, self.pendingQuantity) : self.quantity
        return max(.zero, total - self.filled)
    }

    /// The price at which the order costs most: while amending, the worse of the two for us to be filled at.
    public var worstPrice: Price {
        if self.state != .amending { return self.price }
        return max(self.price, self.pendingPrice)
    }

    /// Starts a new order.
    ///
    /// - Precondition: the order is idle.
    public mutating func place(_ id: ClientOrderID, price: Price, quantity: Quantity) {
        precondition(self.state == .idle, "an order is placed only where none is")
        self.state = .placing
        self.id = id
        self.price = price
        self.quantity = quantity
        self.filled = .zero
        self.pendingPrice = .zero
        self.pendingQuantity = .zero
    }

    /// Asks for another price or total quantity.
    ///
    /// - Precondition: the order is working.
    public mutating func amend(price: Price, quantity: Quantity) {
        precondition(self.state == .working, "only a working order is amended")
        self.state = .amending
        self.pendingPrice = price
        self.pendingQuantity = quantity
    }

    /// Asks for the end.
    ///
    /// - Precondition: the order is working.
    public mutating func cancel() {
        precondition(self.state == .working, "only a working order is cancelled")
        self.state = .cancelling
    }

    /// No answer came in time.
    ///
    /// - Returns: `.query` where an answer was due; `.none` where none was.
    public mutating func expire() -> OrderEffect {
        switch self.state {
        case .placing, .amending, .cancelling, .unknown:
            self.becomeUnknown()
            return .query
        case .idle, .working:
            return .none
        }
    }

    /// Takes what the venue said of this order (the caller has matched the id, and has dropped doubled fills).
    public mutating func apply(_ outcome: OrderOutcome) -> OrderEffect {
        switch (self.state, outcome) {
        case (.idle, .filled):
            return .bookLate
        case (.idle, .accepted), (.idle, .found):
            return .cancelOrphan
        case (.idle, .cancelled), (.idle, .notFound), (.idle, .cancelRejected), (.idle, .rejected),
            (.idle, .amendRejected), (.idle, .unknown):
            return .none  // The answer to a command that a fill or another report overtook.
        case (.idle, .amended):
            return .cancelOrphan

        case (.placing, .accepted), (.unknown, .accepted):
            self.state = .working
            return .none
        case (.working, .accepted), (.amending, .accepted), (.cancelling, .accepted):
            return .none  // The acknowledgement came twice, or behind the first fill.

        case (.placing, .rejected(let reason)), (.unknown, .rejected(let reason)):
            self.state = .idle
            return .refused(reason)
        case (.working, .rejected), (.amending, .rejected), (.cancelling, .rejected):
            self.becomeUnknown()
            return .query

        case (.placing, .filled(let fill)), (.working, .filled(let fill)):
            self.state = .working
            return self.book(fill)
        case (.amending, .filled(let fill)), (.cancelling, .filled(let fill)), (.unknown, .filled(let fill)):
            return self.book(fill)

        case (.placing, .cancelled(let cumulative)), (.working, .cancelled(let cumulative)),
            (.amending, .cancelled(let cumulative)), (.cancelling, .cancelled(let cumulative)),
            (.unknown, .cancelled(let cumulative)),
            (.placing, .notFound(let cumulative)), (.working, .notFound(let cumulative)),
            (.amending, .notFound(let cumulative)), (.cancelling, .notFound(let cumulative)),
            (.unknown, .notFound(let cumulative)):
            return self.end(cumulative)

        case (.cancelling, .cancelRejected(let reason)):
            if reason == .unknownOrder {
                self.becomeUnknown()
                return .query  // Filled, most likely; until the fill is here it counts as open.
            }
            self.state = .working
            return .none
        case (.placing, .cancelRejected), (.working, .cancelRejected), (.amending, .cancelRejected):
            return .anomaly
        case (.unknown, .cancelRejected):
            return .none

        case (.working, .amended(let price, let quantity)), (.amending, .amended(let price, let quantity)),
            (.unknown, .amended(let price, let quantity)), (.placing, .amended(let price, let quantity)):
            return self.stand(price, quantity)
        case (.cancelling, .amended(let price, let quantity)):
            self.price = price
            self.quantity = quantity
            return .none

        case (.amending, .amendRejected(let reason)):
            if reason == .unknownOrder {
                self.becomeUnknown()
                return .query
            }
            return self.stand(self.price, self.quantity)
        case (.placing, .amendRejected), (.working, .amendRejected), (.cancelling, .amendRejected):
            return .anomaly
        case (.unknown, .amendRejected):
            return .none

        case (.placing, .found(let price, let quantity, _)), (.working, .found(let price, let quantity, _)),
            (.amending, .found(let price, let quantity, _)), (.cancelling, .found(let price, let quantity, _)),
            (.unknown, .found(let price, let quantity, _)):
            return self.stand(price, quantity)

        case (.placing, .unknown), (.working, .unknown), (.amending, .unknown), (.cancelling, .unknown),
            (.unknown, .unknown):
            self.becomeUnknown()
            return .query
        }
    }

    /// The larger exposure is kept: an amendment may or may not have been taken.
    private mutating func becomeUnknown() {
        if self.state == .amending {
            self.price = self.worstPrice
            self.quantity = max(self.quantity, self.pendingQuantity)
        }
        self.state = .unknown
    }

    private mutating func book(_ fill: Fill) -> OrderEffect {
        let isExpected = fill.quantity <= self.open
        self.filled += fill.quantity
        let total = self.state == .amending ? max(self.quantity, self.pendingQuantity) : self.quantity
        if self.filled >= total { self.state = .idle }
        return isExpected ? .book : .bookLate
    }

    private mutating func end(_ cumulative: Quantity) -> OrderEffect {
        if cumulative > self.filled {
            // The venue counts fills that have not come yet: they stay reserved until they do.
            self.quantity = cumulative
            self.state = .unknown
            return .none
        }
        self.state = .idle
        return .released
    }

    private mutating func stand(_ price: Price, _ quantity: Quantity) -> OrderEffect {
        self.price = price
        self.quantity = quantity
        self.state = self.filled >= quantity ? .idle : .working
        return self.state == .idle ? .released : .none
    }
}

/// Where an order is in its life.
public enum OrderState: UInt8, Sendable, CaseIterable {
    /// There is none.
    case idle
    /// Sent, not answered.
    case placing
    /// Stands in the venue's book.
    case working
    /// A change was sent, not answered.
    case amending
    /// A cancel was sent, not answered.
    case cancelling
    /// Nobody knows; a query is under way. Counts as open until the venue proves what happened.
    case unknown
}

/// What follows from a report.
public enum OrderEffect: Sendable, Equatable {
    /// Nothing beyond the new state.
    case none
    /// Book the fill.
    case book
    /// Book the fill although the order was not thought to be open for so much: money moved, the venue is the truth.
    case bookLate
    /// The order no longer stands.
    case released
    /// The venue refused the order.
    case refused(VenueRejection)
    /// Ask the venue.
    case query
    /// An order of ours stands that nothing here wants: cancel it.
    case cancelOrphan
    /// The report fits no command that was sent; counted, nothing else.
    case anomaly
}
