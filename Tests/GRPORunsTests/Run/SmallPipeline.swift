import Foundation

/// A recipe with every kind of stage, all of R1's in small: nobody learns anything, but everything
/// that a stage takes from another is taken.
enum SmallPipeline {
    static let recipe = """
        seed: 3
        model: {layers: 1, hidden_size: 32, heads: 2, max_positions: 160}
        task: {little_world: {digits: 1}}
        evaluation:
          task: {little_world: {digits: 1, test_general: 0.25}}
          problems: 8
          samples: 2
          max_completion_length: 8
          measures: [language_consistency, readability]
        stages:
          - pretrain:
              name: base
              max_steps: 4
              documents_per_step: 8
              learning_rate: 3e-3
              save_steps: 2
              data: little_world
          - grpo:
              name: zero
              max_steps: 3
              prompts_per_step: 2
              num_generations: 2
              max_completion_length: 8
              rewards: [accuracy, random: 0.2]
          - sample:
              name: traces
              prompts: 6
              prompts_per_step: 2
              num_generations: 2
              max_completion_length: 8
              keep: [length: {min: 2}]
          - sft:
              name: cold_start
              from: base
              data: traces
              num_train_epochs: 1.5
              documents_per_step: 4
              learning_rate: 1e-3
          - sft:
              name: mixed
              from: base
              data: [traces: 0.75, everyday: 0.25]
              max_steps: 3
              documents_per_step: 4
              save_steps: 2
          - reward_model:
              name: taste
              data: little_world
              max_steps: 3
              pairs_per_step: 2
              eval_pairs: 4
              save_steps: 2
          - grpo:
              name: final
              from: mixed
              task: {little_world: {digits: 1, general: 0.5}}
              max_steps: 4
              prompts_per_step: 2
              num_generations: 2
              max_completion_length: 8
              rewards: [random, reward_model: {from: taste, last: 0.5}]
          - dpo:
              name: preferred
              from: mixed
              data: little_world
              max_steps: 2
              pairs_per_step: 2
              eval_pairs: 4
              beta: 0.2
          - pretrain:
              name: student_base
              model: {layers: 1, hidden_size: 16, heads: 2, max_positions: 160}
              max_steps: 2
              documents_per_step: 4
              data: little_world
          - sft:
              name: student
              data: traces
              num_train_epochs: 1
              documents_per_step: 4

        """
}
