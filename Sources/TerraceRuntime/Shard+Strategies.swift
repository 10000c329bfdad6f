public import NIOCore
public import TerraceCore

// Strategies and their subscriptions, changed while the shard runs. Each call may come from any thread, is carried out on the
// loop, and has its effect with the turn that follows; the future fails only where the loop has ended.
extension Shard where Connections: ~Copyable {
    /// Registers a strategy, which quotes as soon as the books that it needs have come.
    public func register(
        _ definition: StrategyDefinition
    ) -> EventLoopFuture<Result<StrategyIndex, RegistrationError>> {
        self.change { engine in
            do throws(RegistrationError) {
                return .success(try engine.register(definition))
            } catch {
                return .failure(error)
            }
        }
    }

    /// Replaces a strategy's definition. Slots that stay as they were keep their orders and queue places.
    public func update(
        _ strategy: StrategyIndex, to definition: StrategyDefinition
    ) -> EventLoopFuture<Result<Void, RegistrationError>> {
        self.change { engine in
            do throws(RegistrationError) {
                return .success(try engine.update(strategy, to: definition))
            } catch {
                return .failure(error)
            }
        }
    }

    /// Takes a strategy off: its orders are cancelled, and when the last is gone its market data is given up.
    public func remove(_ strategy: StrategyIndex) -> EventLoopFuture<Result<Void, RegistrationError>> {
        self.change { engine in
            do throws(RegistrationError) {
                return .success(try engine.remove(strategy))
            } catch {
                return .failure(error)
            }
        }
    }

    /// Follows the instruments of `pairs` on `venues` for a strategy, beside those it needs for its quotes.
    public func subscribe(
        _ strategy: StrategyIndex, to pairs: [PairIndex], on venues: VenueSet, priority: Priority
    ) -> EventLoopFuture<Result<Void, SubscriptionError>> {
        self.change { engine in
            do throws(SubscriptionError) {
                return .success(try engine.subscribe(strategy, to: pairs, on: venues, priority: priority))
            } catch {
                return .failure(error)
            }
        }
    }

    /// Takes back what `subscribe` asked for.
    public func unsubscribe(
        _ strategy: StrategyIndex, from pairs: [PairIndex], on venues: VenueSet
    ) -> EventLoopFuture<Result<Void, SubscriptionError>> {
        self.change { engine in
            do throws(SubscriptionError) {
                return .success(try engine.unsubscribe(strategy, from: pairs, on: venues))
            } catch {
                return .failure(error)
            }
        }
    }

    private func change<Value: Sendable, Refusal: Error>(
        _ change: @escaping @Sendable (inout Engine) -> Result<Value, Refusal>
    ) -> EventLoopFuture<Result<Value, Refusal>> {
        self.eventLoop.submit {
            let result = change(&self.engine)
            self.runSoon()
            return result
        }
    }
}
