/// Keys of other trainers' configurations that are not settings here, each with what to write
/// instead. A key stands here only where no nearest name of ours could say it.
package enum TRLNames {
    private static let batch =
        "a step is prompts_per_step x num_generations completions; set prompts_per_step"
    private static let memory =
        "micro-batches do not change the gradient; set micro_batch_tokens for memory, "
        + "prompts_per_step for the size of a step"
    private static let biased =
        "training samples from the full distribution, because a truncated one biases the ratio; "
        + "set temperature, or use it in evaluation only"
    private static let oneEngine =
        "one engine samples and trains, so there is nothing to switch; remove it"
    private static let everyStep = "every step is recorded; remove it"
    private static let threads = "set threads"
    private static let precision = "set precision: auto, float32 or bfloat16 at the top"
    private static let adapters = "set lora: {r: 16, alpha: 32, target_modules: all-linear}"

    package static let remedies: [String: String] = [
        "per_device_train_batch_size": batch,
        "per_device_eval_batch_size": "set evaluation: {problems: ..., samples: ...}",
        "train_batch_size": batch,
        "batch_size": batch,
        "group_size": "set num_generations",
        "generation_batch_size": "set steps_per_generation (in steps) and prompts_per_step",
        "gradient_accumulation_steps": memory,
        "auto_find_batch_size": memory,
        "num_train_epochs": "set max_steps (it counts optimizer updates)",
        "max_prompt_length": "prompts are never cut; remove it",
        "num_generations_eval": "set evaluation: {samples: ...}",
        "top_p": biased,
        "top_k": biased,
        "min_p": biased,
        "repetition_penalty": biased,
        "use_vllm": oneEngine,
        "vllm_mode": oneEngine,
        "vllm_gpu_memory_utilization": oneEngine,
        "vllm_importance_sampling_correction": oneEngine,
        "use_transformers_continuous_batching": "batching is always continuous; remove it",
        "use_liger_kernel": oneEngine,
        "bf16": precision,
        "fp16": precision,
        "tf32": precision,
        "torch_dtype": precision,
        "dtype": precision,
        "cast_lm_head_to_fp32": "logits are always accumulated in float32; remove it",
        "logging_steps": everyStep,
        "logging_strategy": everyStep,
        "log_completions": "every rollout is saved under rollouts/; remove it",
        "num_completions_to_print": "every rollout is saved under rollouts/; remove it",
        "report_to": "metrics are in metrics.jsonl and report.html; remove it",
        "output_dir": "use grpo run --output DIR",
        "run_name": "set name at the top",
        "resume_from_checkpoint": "use grpo run --resume",
        "overwrite_output_dir": "a run directory is never overwritten; use --output DIR",
        "save_strategy": "set save_steps",
        "eval_strategy": "set eval_steps",
        "evaluation_strategy": "set eval_steps",
        "save_total_limit": "the two newest checkpoints are kept; remove it",
        "data_seed": "set seed",
        "dataloader_num_workers": threads,
        "num_processes": threads,
        "remove_unused_columns": "rewards see every column; remove it",
        "reward_funcs": "set rewards: [accuracy, format: 0.2]",
        "reward_weights": "write the weight beside the reward: rewards: [accuracy, format: 0.2]",
        "disable_dropout": "there is no dropout; remove it",
        "optim": "the optimizer is AdamW; remove it",
        "deepspeed": oneEngine,
        "fsdp": oneEngine,
        "use_peft": adapters,
        "lora_r": adapters,
        "lora_alpha": adapters,
        "lora_dropout": adapters,
        "lora_target_modules": adapters,
        "peft_config": adapters,
        "load_in_4bit": "a quantised model file is widened when it is read; remove it",
        "warmup_steps": "set warmup_ratio (a share of max_steps)",
        "kl_coef": "set beta",
        "clip_range": "set epsilon",
        "lr": "set learning_rate",
    ]
}
