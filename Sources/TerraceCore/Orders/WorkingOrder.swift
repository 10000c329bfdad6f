/// The life of one order of ours, from the command that places it to the proof that it no longer stands.
///
/// A pure state machine: reports go in, an effect comes out. It never decides what to quote. While it is not idle it counts
/// as open with everything that may still fill, at whichever price is worse, so that limits hold whichever report comes
/// first. Where each state leads:
///
/// ```
/// idle ─place→ placing ─accepted→ working ─amend→ amending ─amended→ working
///                                        └cancel→ cancelling ─cancelled→ idle
/// any ─time-out, doubt→ unknown ─found→ working, ─not found→ idle
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
    /// The price that an amendment asks for whose fate is not known; zero where there is none.
    public private(set) var pendingPrice: Price
    /// The total quantity that it asks for.
    public private(set) var pendingQuantity: Quantity
    /// Whether the venue has ever said that this order stands.
    public private(set) var isAcknowledged: Bool
    /// Whether the venue has shown that it no longer stands: only the fills that it counts are still to come.
    public private(set) var isEnded: Bool

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
        self.isAcknowledged = false
        self.isEnded = false
    }

    /// An order as it was written down: every part as the property of the same name has it.
    public init(
        state: OrderState, side: Side, id: ClientOrderID, price: Price, quantity: Quantity, filled: Quantity,
        pendingPrice: Price, pendingQuantity: Quantity, isAcknowledged: Bool, isEnded: Bool
    ) {
        self.state = state
        self.side = side
        self.id = id
        self.price = price
        self.quantity = quantity
        self.filled = filled
        self.pendingPrice = pendingPrice
        self.pendingQuantity = pendingQuantity
        self.isAcknowledged = isAcknowledged
        self.isEnded = isEnded
    }

    /// Whether an amendment was sent whose fate is not known.
    public var isAmendmentOpen: Bool { self.pendingPrice != .zero }

    /// What may still fill: the larger of the two totals while an amendment is open, less what was filled; never negative.
    public var open: Quantity {
        if self.state == .idle { return .zero }
        return max(.zero, max(self.quantity, self.pendingQuantity) - self.filled)
    }

    /// The price at which a bid costs most: the higher of the two while an amendment is open.
    public var highestPrice: Price { max(self.price, self.pendingPrice) }

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
        self.endAmendment()
        self.isAcknowledged = false
        self.isEnded = false
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

    /// No answer came in time, or the way to the venue is cut and what comes after is not heard.
    ///
    /// - Returns: `.query` where there is an order to ask for.
    public mutating func expire() -> OrderEffect {
        if self.state == .idle { return .none }
        self.state = .unknown
        return .query
    }

    /// Takes what the venue said of this order (the caller has matched the id, and has dropped doubled fills).
    ///
    /// Reports come late, twice and out of order. What may be an old answer never makes the engine think that less is open
    /// than may be: it is asked again instead.
    public mutating func apply(_ outcome: OrderOutcome) -> OrderEffect {
        if self.isEnded, self.state == .unknown { return self.applyAfterEnd(outcome) }
        switch (self.state, outcome) {
        case (.idle, .filled):
            return .bookLate
        case (.idle, .accepted):
            return self.isAcknowledged ? .none : .cancelOrphan  // Behind the fill that ended it, or after a refusal.
        case (.idle, .found), (.idle, .amended):
            return .cancelOrphan
        case (.idle, .cancelled), (.idle, .notFound), (.idle, .cancelRejected), (.idle, .rejected),
            (.idle, .amendRejected), (.idle, .unknown):
            return .none  // The answer to a command that a fill or another report overtook.

        case (.placing, .accepted):
            return self.acknowledge()
        case (.unknown, .accepted):
            // It tells that the order was placed; not what became of an amendment or a cancel since.
            if self.isAcknowledged || self.isAmendmentOpen { return .none }
            return self.acknowledge()
        case (.working, .accepted), (.amending, .accepted), (.cancelling, .accepted):
            return .none  // The acknowledgement came twice, or behind the first fill.

        case (.placing, .rejected(let reason)):
            return self.refuse(reason)
        case (.unknown, .rejected(let reason)):
            if self.isAcknowledged || self.filled > .zero { return .query }
            return self.refuse(reason)
        case (.working, .rejected), (.amending, .rejected), (.cancelling, .rejected):
            self.state = .unknown
            return .query

        case (.placing, .filled(let fill)), (.working, .filled(let fill)):
            self.state = .working
            return self.book(fill)
        case (.amending, .filled(let fill)), (.cancelling, .filled(let fill)), (.unknown, .filled(let fill)):
            return self.book(fill)

        case (.placing, .cancelled(let cumulative)), (.working, .cancelled(let cumulative)),
            (.amending, .cancelled(let cumulative)), (.cancelling, .cancelled(let cumulative)),
            (.unknown, .cancelled(let cumulative)), (.unknown, .notFound(let cumulative)):
            return self.end(cumulative)
        case (.placing, .notFound), (.working, .notFound), (.amending, .notFound), (.cancelling, .notFound):
            // Nothing was asked in this state: it answers an older question, and the order has been heard of since.
            self.state = .unknown
            return .query

        case (.cancelling, .cancelRejected(let reason)):
            if reason == .unknownOrder {
                self.state = .unknown
                return .query  // Filled, most likely; until the fill is here it counts as open.
            }
            self.state = .working
            return .none
        case (.placing, .cancelRejected), (.working, .cancelRejected), (.amending, .cancelRejected):
            return .anomaly
        case (.unknown, .cancelRejected):
            return .none

        case (.amending, .amended(let price, let quantity)), (.unknown, .amended(let price, let quantity)):
            // Other terms than were asked for are those of an earlier amendment.
            if price != self.pendingPrice || quantity != self.pendingQuantity { return .none }
            return self.stand(price, quantity)
        case (.placing, .amended(let price, let quantity)), (.working, .amended(let price, let quantity)):
            return self.compare(price, quantity)
        case (.cancelling, .amended):
            return .none

        case (.amending, .amendRejected(let reason)):
            if reason == .unknownOrder {
                self.state = .unknown
                return .query
            }
            return self.stand(self.price, self.quantity)
        case (.placing, .amendRejected), (.working, .amendRejected), (.cancelling, .amendRejected):
            return .anomaly
        case (.unknown, .amendRejected):
            return .none

        case (.unknown, .found(let price, let quantity, let cumulative)):
            self.isAcknowledged = true
            // The venue counts fills that have not come yet: what it fills counts as open until they do.
            if cumulative > self.filled { return .query }
            return self.stand(price, quantity)
        case (.placing, .found(let price, let quantity, let cumulative)),
            (.working, .found(let price, let quantity, let cumulative)):
            let effect = self.compare(price, quantity)
            return effect == .query ? effect : self.missing(cumulative)
        case (.amending, .found(let price, let quantity, let cumulative)):
            if price == self.pendingPrice, quantity == self.pendingQuantity, cumulative <= self.filled {
                return self.stand(price, quantity)
            }
            return self.missing(cumulative)
        case (.cancelling, .found(_, _, let cumulative)):
            return self.missing(cumulative)

        case (.placing, .unknown), (.working, .unknown), (.amending, .unknown), (.cancelling, .unknown):
            self.state = .unknown
            return .query
        case (.unknown, .unknown):
            return .none  // Asked already; the time-out asks again, so that a venue in trouble is not stormed.
        }
    }

    /// Terms that nobody here asked for: they may be old, or what really stands. Both count until the venue is asked.
    private mutating func compare(_ price: Price, _ quantity: Quantity) -> OrderEffect {
        if price == self.price, quantity == self.quantity { return self.stand(price, quantity) }
        self.pendingPrice = price
        self.pendingQuantity = quantity
        self.isAcknowledged = true
        self.state = .unknown
        return .query
    }

    /// The venue has proved the end and counts fills that have not come: only those still matter.
    private mutating func applyAfterEnd(_ outcome: OrderOutcome) -> OrderEffect {
        switch outcome {
        case .filled(let fill):
            return self.book(fill)
        case .cancelled(let cumulative), .notFound(let cumulative):
            return self.end(cumulative)
        case .accepted, .rejected, .cancelRejected, .amended, .amendRejected, .found, .unknown:
            return .none
        }
    }

    private mutating func acknowledge() -> OrderEffect {
        self.isAcknowledged = true
        self.state = self.filled >= self.quantity ? .idle : .working
        return self.state == .idle ? .released : .none
    }

    private mutating func refuse(_ reason: VenueRejection) -> OrderEffect {
        self.state = .idle
        self.endAmendment()
        return .refused(reason)
    }

    private mutating func endAmendment() {
        self.pendingPrice = .zero
        self.pendingQuantity = .zero
    }

    private mutating func book(_ fill: Fill) -> OrderEffect {
        let isExpected = fill.quantity <= self.open
        self.isAcknowledged = true
        self.filled += fill.quantity
        if self.filled >= max(self.quantity, self.pendingQuantity) {
            self.state = .idle
            self.endAmendment()
        } else if fill.cumulative > self.filled {
            self.state = .unknown  // An earlier fill has not come.
            return .bookAndQuery
        }
        return isExpected ? .book : .bookLate
    }

    /// A fill that the venue counts has not come: it is asked for, and nothing new is done with the order until it has.
    private mutating func missing(_ cumulative: Quantity) -> OrderEffect {
        if cumulative <= self.filled { return .none }
        self.state = .unknown
        return .query
    }

    private mutating func end(_ cumulative: Quantity) -> OrderEffect {
        self.endAmendment()
        if cumulative > self.filled {
            // The venue counts fills that have not come yet: they stay reserved until they do.
            self.quantity = cumulative
            self.state = .unknown
            self.isEnded = true
            return .query
        }
        self.state = .idle
        return .released
    }

    private mutating func stand(_ price: Price, _ quantity: Quantity) -> OrderEffect {
        self.isAcknowledged = true
        self.endAmendment()
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
    /// Book the fill, and ask the venue: it counts an earlier one that has not come.
    case bookAndQuery
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
