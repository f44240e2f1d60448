import GRPOModels
import GRPOObjectives
import GRPORollouts
import GRPOTensors
import GRPOTestSupport
import GRPOTraining
import Testing

/// GRPO on adapters: the promises of a stage hold with them as without.
struct LoRAStageTests {
    private func policy(_ kind: TestBackend, threads: Int = 1) -> Policy {
        let plain = LetterPolicy.make(on: kind.make(threads: threads))
        let adapted = plain.decoder.adapted(
            TinyDecoder.lora(), random: RandomStream(seed: 1, name: "grpo/lora"))
        return Policy(decoder: adapted, tokenizer: plain.tokenizer)
    }

    private func run(_ policy: Policy, _ kind: TestBackend) async throws -> StageSpy {
        let stage = try StageRun(kind: kind) { $0.objective.beta = 0.1 }.stage()
        let spy = StageSpy()
        _ = try await stage.run(policy, from: stage.initialState(policy), monitor: spy)
        return spy
    }

    /// What samples is what trains, and the reference is the policy before its first update.
    @Test(arguments: TestBackend.available)
    func itIsOnPolicyAndItsReferenceIsItsBase(kind: TestBackend) async throws {
        let policy = policy(kind)
        let before = policy.decoder.store.values.doubles
        let adapters = policy.decoder.trained.values.doubles
        let spy = try await run(policy, kind)
        let differences = spy.values("sampling/sampling_logp_difference/max").map { $0! }
        #expect(differences.count == 4)
        if TestBackend.exact.contains(kind) && kind != .reference {
            #expect(differences.allSatisfy { $0 == 0 })
            #expect(spy.values("kl")[0] == 0)
        } else {
            #expect(differences.max()! < (kind.isBFloat16 ? 5e-2 : 1e-5))
        }
        #expect(spy.values("kl")[3]! > 1e-6)
        #expect(policy.decoder.store.values.doubles == before)
        #expect(policy.decoder.trained.values.doubles != adapters)
        #expect(policy.decoder.store.gradients == nil)
    }

    /// Gradients and moments are those of the adapters alone.
    @Test func theOptimizerHoldsAdaptersAlone() throws {
        let policy = policy(.reference)
        let state = try StageRun { $0.objective.beta = 0.1 }.stage().initialState(policy)
        #expect(state.optimizer.firstMoment.count == policy.decoder.trained.values.count)
        #expect(state.reference?.store === policy.decoder.store)
    }

    @Test(arguments: TestBackend.cpu)
    func oneThreadEqualsTwo(kind: TestBackend) async throws {
        var results: [[Double]] = []
        for threads in [1, 2] {
            let policy = policy(kind, threads: threads)
            _ = try await run(policy, kind)
            results.append(policy.decoder.trained.values.doubles)
        }
        #expect(results[0] == results[1])
    }
}
