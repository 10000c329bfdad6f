public import NIOCore
public import TerraceCore

// Strategies and their subscriptions, changed while the shard runs. Each call may come from any thread, is carried out on the
// loop, and has its effect with the turn that follows; the future fails only where the loop has ended.
extension Shard where Connections: ~Copyable {
    /// Registers a strategy, which quotes as soon as the books that it needs have come.
    ///
    /// - Parameter configuration: What the record keeps as the strategy's configuration: JSON without secrets.
    public func register(
        _ definition: StrategyDefinition, configuration: String = "{}"
    ) -> EventLoopFuture<Result<StrategyIndex, RegistrationError>> {
        self.change { shard throws(RegistrationError) in
            let strategy = try shard.engine.register(definition)
            shard.record(.defined(definition, configuration: configuration), of: strategy)
            return strategy
        }
    }

    /// Replaces a strategy's definition. Slots that stay as they were keep their orders and queue places.
    ///
    /// - Parameter configuration: As for `register`.
    public func update(
        _ strategy: StrategyIndex, to definition: StrategyDefinition, configuration: String = "{}"
    ) -> EventLoopFuture<Result<Void, RegistrationError>> {
        self.change { shard throws(RegistrationError) in
            try shard.engine.update(strategy, to: definition)
            shard.record(.defined(definition, configuration: configuration), of: strategy)
        }
    }

    /// Takes a strategy off: its orders are cancelled, and when the last is gone its market data is given up.
    public func remove(_ strategy: StrategyIndex) -> EventLoopFuture<Result<Void, RegistrationError>> {
        self.change { shard throws(RegistrationError) in
            try shard.engine.remove(strategy)
            shard.record(.removed, of: strategy)
        }
    }

    /// Follows the instruments of `pairs` on `venues` for a strategy, beside those it needs for its quotes.
    public func subscribe(
        _ strategy: StrategyIndex, to pairs: [PairIndex], on venues: VenueSet, priority: Priority
    ) -> EventLoopFuture<Result<Void, SubscriptionError>> {
        self.change { shard throws(SubscriptionError) in
            try shard.engine.subscribe(strategy, to: pairs, on: venues, priority: priority)
        }
    }

    /// Takes back what `subscribe` asked for.
    public func unsubscribe(
        _ strategy: StrategyIndex, from pairs: [PairIndex], on venues: VenueSet
    ) -> EventLoopFuture<Result<Void, SubscriptionError>> {
        self.change { shard throws(SubscriptionError) in
            try shard.engine.unsubscribe(strategy, from: pairs, on: venues)
        }
    }

    private func change<Value: Sendable, Refusal: Error>(
        _ change: @escaping @Sendable (Shard) throws(Refusal) -> Value
    ) -> EventLoopFuture<Result<Value, Refusal>> {
        self.eventLoop.submit {
            let result: Result<Value, Refusal>
            do throws(Refusal) { result = .success(try change(self)) } catch { result = .failure(error) }
            self.runSoon()
            return result
        }
    }

    private func record(_ change: StrategyChange, of strategy: StrategyIndex) {
        self.recorder?.record(change, of: strategy, at: self.now)
    }
}
